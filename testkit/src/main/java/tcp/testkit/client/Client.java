package tcp.testkit.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tcp.testkit.system.Bytes;

/**
 * A blocking client, which can behave well and badly.
 *
 * <p>All that it does has a time limit, {@link #patience} for reading and four times that for
 * sending. When the server's response is not the expected one, the error says what was sent,
 * what came back, what was expected and what to look at. Not for use by several threads,
 * except that one may send while another receives.
 */
public final class Client implements AutoCloseable {
    private static final int KEPT = 200; // bytes of each direction: enough to see what it was

    /** How many have connected, by the address. */
    private static final Map<InetSocketAddress, Integer> CONNECTED = new ConcurrentHashMap<>();

    private final Transport.Connection connection;
    private final InetSocketAddress server;
    private final List<String> sent = new ArrayList<>(); // the beginning, in pieces
    private final ByteArrayOutputStream received = new ByteArrayOutputStream(KEPT); // since the last that was right
    private long sentBytes;
    private long receivedBytes;
    private long right; // bytes received that were as expected, before those in received
    private boolean halfClosed;
    private String lookAt = "";

    private Client(Transport.Connection connection, InetSocketAddress server) {
        this.connection = connection;
        this.server = server;
        CONNECTED.merge(server, 1, Integer::sum);
    }

    /** How long a client waits for an answer: 5 s, or what the system property tcp.patience says. */
    public static Duration patience() {
        return Duration.ofSeconds(Integer.getInteger("tcp.patience", 5));
    }

    /** How long send() may block. Longer, as some tests let it block for a while. */
    private static Duration sendPatience() {
        return patience().multipliedBy(4);
    }

    /**
     * Connects.
     *
     * @throws UnexpectedResponse if nobody listens at that address, or nobody answers in time
     */
    public static Client connect(InetSocketAddress address) {
        try {
            return new Client(Transport.to(address).connect(patience()), address);
        } catch (IOException e) {
            String lookAt = "is the server still running? Did an exception end its loop?";
            throw new UnexpectedResponse(
                    "Cannot connect to " + address + ": " + e.getMessage(),
                    Symptom.REFUSED,
                    new Exchange(List.of(), 0, false, true, 0, "", "a connection", "" + e.getMessage(), -1, lookAt),
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
        } catch (UnexpectedResponse e) {
            clients.forEach(Client::close);
            String which = "Client " + (clients.size() + 1) + " of " + count + ": ";
            throw new UnexpectedResponse(which + e.getMessage(), e.symptom(), e.exchange(), e);
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
     * @throws UnexpectedResponse if the connection broke, or they are not taken in time
     */
    public Client send(byte[] bytes) {
        keep(bytes);
        try {
            connection.write(bytes, sendPatience());
        } catch (IOException e) {
            boolean late = e instanceof SocketTimeoutException;
            throw failure(
                    late ? Symptom.BLOCKED : Symptom.RESET,
                    "all " + Bytes.count(bytes.length) + " to be taken",
                    late
                            ? "the send blocked for " + sendPatience().toSeconds() + " s"
                            : "the send failed: " + e.getMessage(),
                    "",
                    -1);
        }
        return this;
    }

    private synchronized void keep(byte[] bytes) {
        int room = (int) Math.min(bytes.length, Math.max(0, KEPT - sentBytes));
        if (room > 0) {
            sent.add(new String(bytes, 0, room, StandardCharsets.ISO_8859_1));
        }
        sentBytes += bytes.length;
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
        connection.pause(pause);
        return this;
    }

    /** Ends its own half of the connection: sends no more, and can still receive. */
    public Client halfClose() {
        try {
            connection.shutdownOutput();
        } catch (IOException e) {
            throw failure(Symptom.RESET, "a connection", "it broke: " + e.getMessage(), "", -1);
        }
        halfClosed = true;
        return this;
    }

    /** Breaks the connection off with a reset (RST). */
    public void reset() {
        try {
            connection.reset();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Receives exactly n bytes.
     *
     * @throws UnexpectedResponse if the stream ends or breaks, or nothing comes in time
     */
    public byte[] receive(int n) {
        byte[] bytes = new byte[n];
        for (int have = 0; have < n; ) {
            int read = read(bytes, have, n - have, null, Bytes.count(n));
            if (read == -1) {
                throw failure(Symptom.EARLY_END, Bytes.count(n), "end of stream", "", have);
            }
            have += read;
        }
        accept();
        return bytes;
    }

    /**
     * Receives what there is: waits for the first byte, then takes all that came with it.
     *
     * @return at least one byte, or null at end of stream
     * @throws UnexpectedResponse if the connection breaks, or nothing comes in time
     */
    public byte[] receiveSome() {
        byte[] bytes = new byte[1 << 16];
        int read = read(bytes, 0, bytes.length, null, "at least one byte");
        accept();
        return read == -1 ? null : Arrays.copyOf(bytes, read);
    }

    /**
     * Receives until end of stream.
     *
     * @throws UnexpectedResponse if the connection breaks, or stays open and silent
     */
    public String receiveAll() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] bytes = new byte[1 << 16];
        for (int n; (n = read(bytes, 0, bytes.length, null, "end of stream")) != -1; ) {
            all.write(bytes, 0, n);
        }
        accept();
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Receives as many bytes as this text has, and checks that they are the text. */
    public Client expect(String text) {
        byte[] want = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] got = new byte[want.length];
        for (int have = 0; have < got.length; ) {
            int read = read(got, have, got.length - have, want, null);
            if (read == -1) {
                throw failure(Symptom.EARLY_END, quoted(want), "end of stream", missing(want, have), have);
            }
            int wrong = Arrays.mismatch(got, have, have + read, want, have, have + read);
            if (wrong != -1) {
                int at = have + wrong;
                String differs = """

                        Differs:   %s came
                                   %s was expected""".formatted(from(Arrays.copyOf(got, have + read), at), from(want, at));
                throw failure(Symptom.WRONG_BYTES, quoted(want), "", differs, at);
            }
            have += read;
        }
        accept();
        return this;
    }

    private static String quoted(byte[] want) {
        String start = new String(want, 0, Math.min(KEPT + 1, want.length), StandardCharsets.ISO_8859_1);
        return Bytes.quote(start, KEPT) + " (" + Bytes.count(want.length) + ")";
    }

    private static String missing(byte[] want, int have) {
        return "\nMissing:   " + from(want, have);
    }

    /** Some bytes from an offset on, quoted, and where that is. */
    private static String from(byte[] bytes, int offset) {
        String rest = new String(bytes, offset, Math.min(KEPT, bytes.length - offset), StandardCharsets.ISO_8859_1);
        return Bytes.quote(rest, 40) + " from byte " + (offset + 1) + " on";
    }

    /** Checks that the server sends no more and ends its half of the connection. */
    public Client expectEnd() {
        if (read(new byte[KEPT], 0, KEPT, null, "end of stream") != -1) {
            throw failure(Symptom.MORE, "end of stream", "", "", -1);
        }
        return this;
    }

    /** Checks that for this long nothing comes, neither bytes nor end of stream. */
    public Client expectNothing(Duration time) {
        String expected = "nothing for " + time.toMillis() + " ms";
        try {
            byte[] some = new byte[KEPT];
            int read = connection.read(some, 0, KEPT, time);
            add(some, 0, read);
            throw failure(
                    read == -1 ? Symptom.EARLY_END : Symptom.MORE, expected, read == -1 ? "end of stream" : "", "", -1);
        } catch (SocketTimeoutException e) {
            return this;
        } catch (IOException e) {
            throw failure(Symptom.RESET, expected, "the connection broke: " + e.getMessage(), "", -1);
        }
    }

    /** This client's own address, as the server sees it. */
    public InetSocketAddress address() {
        return connection.address();
    }

    /** Closes the connection, as a client does that has got all it wanted. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads. Expected are these bytes, or if they are null, what the words say. */
    private int read(byte[] into, int offset, int length, byte[] want, String words) {
        try {
            int n = connection.read(into, offset, length, patience());
            add(into, offset, n);
            return n;
        } catch (IOException e) {
            boolean late = e instanceof SocketTimeoutException;
            throw failure(
                    late ? Symptom.SILENT : Symptom.RESET,
                    want == null ? words : quoted(want),
                    late
                            ? (receivedBytes == 0 ? "nothing for " : "nothing more for ")
                                    + patience().toSeconds() + " s"
                            : "the connection broke: " + e.getMessage(),
                    want == null ? "" : missing(want, offset),
                    want == null ? -1 : offset);
        }
    }

    private synchronized void add(byte[] bytes, int offset, int n) {
        if (n > 0) {
            received.write(bytes, offset, Math.min(n, KEPT - received.size()));
            receivedBytes += n;
        }
    }

    /** What has come so far is as it should be. */
    private synchronized void accept() {
        received.reset();
        right = receivedBytes;
    }

    private synchronized UnexpectedResponse failure(
            Symptom symptom, String expected, String happened, String more, long difference) {
        String came = received.toString(StandardCharsets.ISO_8859_1);
        String cameBack = Stream.of(
                        right == 0 ? "" : Bytes.count(right) + " as expected",
                        receivedBytes == right ? "" : shown(came, receivedBytes - right),
                        happened)
                .filter(some -> !some.isEmpty())
                .collect(Collectors.joining(", then "));
        String message = """
                The server did not respond as it should.
                Sent:      %s%s
                Came back: %s
                Expected:  %s%s""".formatted(
                        shown(String.join("", sent), sentBytes),
                        halfClosed ? ", then end of stream" : "",
                        cameBack,
                        expected,
                        more);
        boolean alone = CONNECTED.get(server) == 1;
        var exchange = new Exchange(
                List.copyOf(sent),
                sentBytes,
                halfClosed,
                alone,
                receivedBytes,
                came,
                expected,
                happened,
                difference,
                lookAt);
        return new UnexpectedResponse(message, symptom, exchange, null);
    }

    private static String shown(String start, long total) {
        return total == 0
                ? "nothing"
                : Bytes.quote(start, KEPT) + (total > start.length() ? " ..." : "") + " (" + Bytes.count(total) + ")";
    }
}
