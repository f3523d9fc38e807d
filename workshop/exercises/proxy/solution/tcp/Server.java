package tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A proxy: passes on what comes, both ways; if told to, as an unkind network does. */
public final class Server implements AutoCloseable {
    private static final String OPTION = "--(chop|slow|stall|reset-after)";
    private static final String TARGET = System.getProperty("target", "127.0.0.1:8080");

    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener;
    private final InetSocketAddress target;
    private final long piece; // bytes passed on at once
    private final long pause; // ms after each piece, or 0
    private final long stall; // bytes one way, after which it passes on no more
    private final long reset; // bytes one way, after which it resets both ends
    private volatile boolean closed;

    /** One of the two ends of a connection through the proxy. */
    private static final class End {
        final ByteBuffer out = ByteBuffer.allocate(16 * 1024).flip(); // owed to this end
        final SelectionKey key;
        End other;
        boolean ended; // it sends no more
        long passed; // bytes written to it
        long next; // System.nanoTime() of its next piece

        End(SocketChannel channel, Selector selector) throws IOException {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // adds no delay
            key = channel.register(selector, 0, this);
        }

        SocketChannel channel() {
            return (SocketChannel) key.channel();
        }
    }

    /** Passes on to system property "target", HOST:PORT. Port 0 means any free one. */
    public Server(int port) throws IOException {
        this(port, TARGET, Map.of());
    }

    private Server(int port, String to, Map<String, Long> options) throws IOException {
        piece = Math.max(1, options.getOrDefault("--chop", Long.MAX_VALUE));
        pause = options.getOrDefault("--slow", options.containsKey("--chop") ? 1L : 0L);
        stall = options.getOrDefault("--stall", Long.MAX_VALUE);
        reset = options.getOrDefault("--reset-after", Long.MAX_VALUE);
        try {
            int at = to.lastIndexOf(':');
            String host = to.substring(0, Math.max(0, at));
            target = new InetSocketAddress(host, Integer.parseInt(to.substring(at + 1)));
            if (target.isUnresolved()) { // connect() would throw what ends the loop
                throw new IllegalArgumentException("there is no host " + host);
            }
            listener = ServerSocketChannel.open();
            listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            listener.bind(new InetSocketAddress(port), 1024); // default 50: soon full
            SocketChannel.open().close(); // JDK 17: the first close() opens descriptors
        } catch (IOException | RuntimeException e) {
            close(); // or every failed try would keep its descriptors
            throw e;
        }
    }

    /** The port it listens on. */
    public int port() {
        return listener.socket().getLocalPort();
    }

    /** Serves until close() is called from another thread, or this one is interrupted. */
    public synchronized void run() throws IOException {
        SelectionKey acceptKey = listener.keyFor(selector);
        while (!closed && !Thread.currentThread().isInterrupted()) {
            boolean paused = acceptKey.interestOps() == 0;
            selector.select(this::handle, paused ? 100 : pause); // ms; 0: no limit
            if (paused) {
                acceptKey.interestOps(SelectionKey.OP_ACCEPT);
            }
            for (var key : pause > 0 ? selector.keys() : Set.<SelectionKey>of()) {
                if (key.isValid() && key.attachment() instanceof End end) {
                    update(end); // perhaps its next piece is due
                }
            }
        }
    }

    private void handle(SelectionKey key) {
        try {
            if (!key.isValid()) {
                return; // its other end has just been dropped, and this one with it
            }
            if (key.isAcceptable()) {
                accept(key);
            } else if (key.isConnectable()) {
                connected((End) key.attachment());
            } else if (key.isWritable()) {
                write((End) key.attachment());
            } else {
                read((End) key.attachment());
            }
        } catch (IOException e) {
            drop(key); // one client's fault must not end the loop for all the others
        }
    }

    private void accept(SelectionKey key) throws IOException {
        key.interestOps(0); // stays so if this fails (too many open files): see run()
        SocketChannel onward = SocketChannel.open(); // first, or a client might have none
        SocketChannel client = null;
        try {
            client = listener.accept(); // one; select() reports the next
            key.interestOps(SelectionKey.OP_ACCEPT);
            if (client != null) {
                connect(client, onward);
            } else { // would block, so the client has left again
                onward.close();
            }
        } catch (IOException e) { // or nobody is there: some systems know at once
            onward.close();
            if (client != null) {
                client.close();
            }
        }
    }

    private void connect(SocketChannel channel, SocketChannel onward) throws IOException {
        End client = new End(channel, selector);
        client.other = new End(onward, selector);
        client.other.other = client;
        onward.connect(target); // if that takes a while, its key says when to go on
        update(client);
    }

    private void connected(End onward) throws IOException {
        onward.channel().finishConnect(); // throws if it was refused, or nobody answered
        update(onward);
    }

    private void read(End end) throws IOException {
        int n = end.channel().read(end.other.out.clear()); // empty: see interests()
        end.other.out.flip();
        if (n == -1) { // pass on that this half has ended; the other half may go on
            end.ended = true;
            end.other.channel().shutdownOutput();
        }
        if (end.ended && end.other.ended) { // and nothing is owed: see interests()
            end.channel().close();
            end.other.channel().close();
        } else {
            update(end);
        }
    }

    private void write(End end) throws IOException {
        long most = Math.min(piece, Math.min(stall, reset) - end.passed);
        int at = end.out.position();
        int size = (int) Math.min(end.out.remaining(), most);
        int n = end.channel().write(end.out.slice(at, size));
        end.out.position(at + n); // it takes what fits
        end.passed += n;
        end.next = System.nanoTime() + pause * 1_000_000;
        if (end.passed >= reset) {
            throw new IOException("reset, as it was told");
        }
        update(end);
    }

    private void update(End end) {
        end.key.interestOps(interests(end));
        end.other.key.interestOps(interests(end.other));
    }

    /** An end is read while nothing is owed to the other: back-pressure, both ways. */
    private int interests(End end) {
        boolean connected = end.other.channel().isConnected();
        boolean reads = connected && !end.ended && !end.other.out.hasRemaining();
        boolean due = end.passed < stall && (pause == 0 || System.nanoTime() >= end.next);
        int write = due && end.out.hasRemaining() ? SelectionKey.OP_WRITE : 0;
        return !end.channel().isConnected()
                ? SelectionKey.OP_CONNECT // the client's bytes wait in the kernel
                : write | (reads ? SelectionKey.OP_READ : 0);
    }

    private void drop(SelectionKey key) {
        if (key.attachment() instanceof End end) { // reset: neither takes a part for all
            for (End each : List.of(end, end.other)) {
                try (SocketChannel channel = each.channel()) {
                    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                } catch (IOException ignored) { // closed all the same
                }
            }
        }
    }

    /** Ends run(), from another thread, and frees the port. Again, it does nothing. */
    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        synchronized (this) { // run() holds this lock until it has ended
            if (selector.isOpen()) {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
            }
            selector.close();
        }
    }

    public static void main(String[] args) throws IOException {
        Server server = null;
        try {
            Map<String, Long> options = new HashMap<>();
            for (int i = 2; i < args.length; i += 2) {
                String number = i + 1 < args.length ? args[i + 1] : "";
                if (!args[i].matches(OPTION) || !number.matches("[0-9]{1,9}")) {
                    String problem = args[i] + " is no option with a number";
                    throw new IllegalArgumentException(problem);
                }
                options.put(args[i], Long.parseLong(number));
            }
            int port = args.length < 1 ? 9000 : Integer.parseInt(args[0]);
            server = new Server(port, args.length < 2 ? TARGET : args[1], options);
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("Cannot start with " + List.of(args) + ": "
                    + e.getMessage() + ". Give a port (1 to 65535, or 0 for any),"
                    + " HOST:PORT of the target, and if you want --chop BYTES,"
                    + " --slow MS, --stall BYTES, --reset-after BYTES.");
            System.exit(1);
        }
        System.out.println("Listening on port " + server.port());
        server.run();
    }
}
