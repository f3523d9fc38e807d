package tcp.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A client on a plain blocking socket, which can behave well and badly.
 *
 * <p>All that it does has a time limit, {@link #PATIENCE} for reading. When the server
 * does not do what a test expects, the error says what was sent, what came back, what was
 * expected and what to look at. Not for use by several threads, except that one may send
 * while another receives.
 */
public final class Client implements AutoCloseable {
    /** How long a client waits for an answer before it says that there is none. */
    public static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("tcp.patience", 5));

    /** How long send() may block. Longer, as some tests let it block for a while. */
    private static final Duration SEND_PATIENCE = PATIENCE.multipliedBy(4);

    private static final ScheduledThreadPoolExecutor WATCH = watch();

    private final Socket socket;
    private final Transcript sent = new Transcript();
    private final Transcript received = new Transcript();
    private final List<String> pieces = new ArrayList<>(); // the beginning of what was sent
    private String lookAt = "";

    private Client(Socket socket) {
        this.socket = socket;
    }

    /**
     * Connects.
     *
     * @throws AssertionError if nobody listens at that address, or nobody answers in time
     */
    public static Client connect(InetSocketAddress address) {
        Socket socket = new Socket();
        try {
            // Before connecting: macOS refuses options once the server has hung up.
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.setTcpNoDelay(true); // each send() leaves at once, as its own piece
            socket.connect(address, (int) PATIENCE.toMillis());
            return new Client(socket);
        } catch (IOException e) {
            close(socket);
            throw new AssertionError(
                    "Cannot connect to " + address + ": "
                            + e.getMessage()
                            + "\nLook at:   is the server still running? Did an exception end its"
                            + " loop?",
                    e);
        }
    }

    /** Connects a number of clients, one after the other. */
    public static List<Client> connect(InetSocketAddress address, int count) {
        List<Client> clients = new ArrayList<>();
        try {
            while (clients.size() < count) {
                clients.add(connect(address));
            }
        } catch (AssertionError e) {
            clients.forEach(Client::close);
            throw new AssertionError("Client " + (clients.size() + 1) + " of " + count + ": " + e.getMessage(), e);
        }
        return clients;
    }

    /** What a failure message is to point at from now on. */
    public Client lookAt(String hint) {
        lookAt = hint;
        return this;
    }

    /** Sends this text, one byte a character (ISO 8859-1). */
    public Client send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Sends these bytes. Blocks while the server does not take them.
     *
     * @throws AssertionError if the connection broke, or they are not taken within 20 s
     */
    public Client send(byte[] bytes) {
        keep(bytes);
        sent.add(bytes, bytes.length);
        AtomicBoolean late = new AtomicBoolean();
        // A blocked write has no timeout of its own. Closing the socket ends it.
        var limit = WATCH.schedule(
                () -> {
                    late.set(true);
                    close();
                },
                SEND_PATIENCE.toMillis(),
                TimeUnit.MILLISECONDS);
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw failure(
                    "all " + bytes.length + " bytes to be taken",
                    late.get()
                            ? "the send blocked for " + SEND_PATIENCE.toSeconds() + " s"
                            : "the send failed: " + e.getMessage());
        } finally {
            limit.cancel(false);
        }
        return this;
    }

    private static ScheduledThreadPoolExecutor watch() {
        var watch = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "testkit: time limit");
            thread.setDaemon(true);
            return thread;
        });
        watch.setRemoveOnCancelPolicy(true);
        return watch;
    }

    private synchronized void keep(byte[] bytes) {
        int room = Transcript.KEPT - pieces.stream().mapToInt(String::length).sum();
        if (room > 0) {
            int kept = Math.min(room, bytes.length);
            pieces.add(new String(bytes, 0, kept, StandardCharsets.ISO_8859_1));
        }
    }

    /** Sends a text in pieces of at most this many bytes, with a pause after each. */
    public Client sendInPieces(String text, int size, Duration pause) {
        for (int from = 0; from < text.length(); from += size) {
            send(text.substring(from, Math.min(text.length(), from + size)));
            pause(pause);
        }
        return this;
    }

    /** Waits; not to wait for something, but because a client may be slow. */
    public Client pause(Duration pause) {
        LockSupport.parkNanos(pause.toNanos());
        return this;
    }

    /** Ends its own half of the connection: sends no more, and can still receive. */
    public Client halfClose() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw failure("a connection", "it broke: " + e.getMessage());
        }
        sent.note("end of stream");
        return this;
    }

    /** Breaks the connection off with a reset (RST): SO_LINGER 0, then close. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // The server has ended it already; closing is all that is left to do.
        }
        close();
    }

    /**
     * Receives exactly n bytes.
     *
     * @throws AssertionError if the stream ends or breaks, or nothing comes in time
     */
    public byte[] receive(int n) {
        byte[] bytes = new byte[n];
        for (int have = 0; have < n; ) {
            int read = read(bytes, have, n - have, "at least " + n + " bytes");
            if (read == -1) {
                throw failure(n + " bytes", "end of stream after " + have + " of them");
            }
            have += read;
        }
        return bytes;
    }

    /**
     * Receives what there is: waits for the first byte, then takes all that came with it.
     *
     * @return at least one byte, or null at end of stream
     * @throws AssertionError if the connection breaks, or nothing comes in time
     */
    public byte[] receiveSome() {
        byte[] bytes = new byte[1 << 16];
        int read = read(bytes, 0, bytes.length, "at least one byte");
        return read == -1 ? null : Arrays.copyOf(bytes, read);
    }

    /**
     * Receives until end of stream.
     *
     * @throws AssertionError if the connection breaks, or stays open and silent
     */
    public String receiveAll() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] bytes = new byte[1 << 16];
        for (int n; (n = read(bytes, 0, bytes.length, "end of stream")) != -1; ) {
            all.write(bytes, 0, n);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Receives as many bytes as this text has, and checks that they are the text. */
    public Client expect(String text) {
        String expected = Transcript.quote(text) + " (" + text.length() + " bytes)";
        byte[] want = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] got = new byte[want.length];
        for (int have = 0; have < got.length; ) {
            int read = read(got, have, got.length - have, expected);
            if (read == -1) {
                throw failure(expected, "end of stream");
            }
            have += read;
            int wrong = Arrays.mismatch(got, 0, have, want, 0, have);
            if (wrong != -1) {
                throw failure(expected, "byte " + (wrong + 1) + " of it is not as expected");
            }
        }
        return this;
    }

    /** Checks that the server sends no more and ends its half of the connection. */
    public Client expectEnd() {
        if (read(new byte[1], 0, 1, "end of stream") != -1) {
            throw failure("end of stream", "more bytes");
        }
        return this;
    }

    /** Checks that for this long nothing comes, neither bytes nor end of stream. */
    public Client expectNothing(Duration time) {
        String expected = "nothing for " + time.toMillis() + " ms";
        try {
            socket.setSoTimeout((int) time.toMillis());
            int read = socket.getInputStream().read();
            if (read != -1) {
                received.add(new byte[] {(byte) read}, 1);
            }
            throw failure(expected, read == -1 ? "end of stream" : "a byte");
        } catch (SocketTimeoutException e) {
            return this;
        } catch (IOException e) {
            throw failure(expected, "the connection broke: " + e.getMessage());
        } finally {
            setTimeout(PATIENCE);
        }
    }

    /** This client's own address, as the server sees it. */
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Closes the connection, as a client does that has got all it wanted. */
    @Override
    public void close() {
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int read(byte[] into, int offset, int length, String expected) {
        try {
            InputStream in = socket.getInputStream();
            int n = in.read(into, offset, length);
            received.add(Arrays.copyOfRange(into, offset, offset + Math.max(n, 0)), n);
            return n;
        } catch (SocketTimeoutException e) {
            throw failure(expected, "nothing more for " + PATIENCE.toSeconds() + " s");
        } catch (IOException e) {
            throw failure(expected, "the connection broke: " + e.getMessage());
        }
    }

    private void setTimeout(Duration time) {
        try {
            socket.setSoTimeout((int) time.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized BrokenPromise failure(String expected, String happened) {
        String cameBack = received + ", then: " + happened;
        String message = "The server did not do what it promises."
                + "\nSent:      " + sent
                + "\nCame back: " + cameBack
                + "\nExpected:  " + expected
                + (lookAt.isEmpty() ? "" : "\nLook at:   " + lookAt);
        return new BrokenPromise(
                message,
                new BrokenPromise.Seen(
                        List.copyOf(pieces),
                        sent.total(),
                        sent.ended(),
                        received.total(),
                        cameBack,
                        happened,
                        expected,
                        lookAt));
    }
}
