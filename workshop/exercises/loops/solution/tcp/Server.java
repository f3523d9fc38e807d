package tcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** Step 5 with several loops, each with a selector and a thread of its own. */
public final class Server implements AutoCloseable {
    private static final byte[] RESPONSE = """
            HTTP/1.1 200 OK\r
            Content-Type: text/html\r
            Connection: keep-alive\r
            Content-Length: 6\r
            \r
            hello
            """.getBytes(StandardCharsets.US_ASCII);

    private static final int LOOPS = 2;
    /** Linux and macOS: several listeners share a port, and the kernel the clients. */
    private static final boolean SHARED = !Boolean.getBoolean("handover") && supportsSharing();

    private final List<Loop> loops = new ArrayList<>();
    private volatile boolean closed;

    /** Listens on all addresses. Port 0 means any free one; port() tells which. */
    public Server(int port) throws IOException {
        loops.add(new Loop(listen(port)));
        while (loops.size() < LOOPS) {
            loops.add(new Loop(SHARED ? listen(port()) : null));
        }
        SocketChannel.open().close(); // JDK 17: the first close needs descriptors itself
    }

    private static boolean supportsSharing() {
        try (ServerSocketChannel any = ServerSocketChannel.open()) {
            return any.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
        } catch (IOException e) {
            return false;
        }
    }

    private static ServerSocketChannel listen(int port) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        if (SHARED) {
            listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        listener.bind(new InetSocketAddress(port), 1024); // the default, 50, soon fills
        return listener;
    }

    /** The port it listens on. */
    public int port() {
        return loops.get(0).listener.socket().getLocalPort();
    }

    /** Serves until close() is called from another thread: the first loop runs here. */
    public synchronized void run() throws IOException {
        List<Thread> threads = new ArrayList<>();
        for (Loop loop : loops.subList(1, LOOPS)) {
            Thread thread = new Thread(loop::runAlone, "loop");
            threads.add(thread);
            thread.start();
        }
        try {
            loops.get(0).run();
        } finally {
            for (Thread thread : threads) {
                joinUninterrupted(thread);
            }
        }
    }

    private static void joinUninterrupted(Thread thread) {
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // run() ends when close() is called, and not before
            }
        }
    }

    /** Ends run() and frees the port. Calling it again does nothing. */
    @Override
    public void close() throws IOException {
        closed = true;
        for (Loop loop : loops) {
            loop.selector.wakeup();
        }
        synchronized (this) { // run() holds this lock until all loops have ended
            for (Loop loop : loops) {
                loop.close();
            }
        }
    }

    /** What was the whole server in step 5. Nothing in it is shared with other loops. */
    private final class Loop {
        private final Selector selector = Selector.open();
        private final ServerSocketChannel listener; // null: others hand clients over
        private final Queue<SocketChannel> handedOver = new ConcurrentLinkedQueue<>();
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);
        /** Responses in a row, one for every 4 bytes read: no request is shorter. */
        private final ByteBuffer responses = ByteBuffer.allocateDirect(buffer.capacity() / 4 * RESPONSE.length);

        private int turn;

        private Loop(ServerSocketChannel listener) throws IOException {
            this.listener = listener;
            if (listener != null) {
                listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            }
            while (responses.hasRemaining()) {
                responses.put(RESPONSE);
            }
        }

        private void runAlone() {
            try {
                run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void run() throws IOException {
            Consumer<SelectionKey> handler = this::handle; // made once, not at every turn
            SelectionKey listening = listener == null ? null : listener.keyFor(selector);
            while (!closed) {
                boolean paused = listening != null && listening.interestOps() == 0;
                selector.select(handler, paused ? 100 : 0); // ms; 0: no time limit
                if (paused) {
                    listening.interestOps(SelectionKey.OP_ACCEPT);
                }
                for (SocketChannel client; (client = handedOver.poll()) != null; ) {
                    client.register(selector, SelectionKey.OP_READ, new Connection());
                }
            }
        }

        /** Takes a client, in this loop's thread or in another's. */
        private void take(SocketChannel client) {
            handedOver.add(client);
            selector.wakeup(); // else a loop that sleeps does not look
        }

        private void handle(SelectionKey key) {
            try {
                if (key.isAcceptable()) {
                    accept();
                } else if (key.isReadable()) {
                    read(key);
                } else {
                    write(key);
                }
            } catch (IOException e) {
                drop(key); // one client's fault must not end the loop for all the others
            }
        }

        private void accept() throws IOException {
            SocketChannel client = listener.accept(); // the next one at the next turn
            if (client != null) { // null: would block, so the client has left again
                client.configureBlocking(false);
                // Without this, small responses wait up to 40 ms for earlier ones' receipt.
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Loop next = SHARED ? this : loops.get(turn++ % loops.size());
                next.take(client);
            }
        }

        private void read(SelectionKey key) throws IOException {
            SocketChannel client = (SocketChannel) key.channel();
            int n = client.read(buffer.clear()); // just once: others have their turn
            if (n > 0) {
                Connection connection = (Connection) key.attachment();
                for (buffer.flip(); buffer.hasRemaining(); ) {
                    if (connection.endsRequest(buffer.get())) {
                        connection.owed += RESPONSE.length;
                    }
                }
                if (connection.owed > 0) {
                    write(key); // try at once: step 4 asked select() first, at a turn's cost
                }
            } else if (n == -1) { // end of stream: the client sends no more
                client.close();
            }
        }

        private void write(SelectionKey key) throws IOException {
            SocketChannel client = (SocketChannel) key.channel();
            Connection connection = (Connection) key.attachment();
            // All responses are alike, so what is owed is always the end of the row.
            responses.clear().position(responses.capacity() - connection.owed);
            connection.owed -= client.write(responses); // takes what fits, in one system call
            // Who does not take the answers is not read from: back-pressure stops the client.
            boolean done = connection.owed == 0;
            key.interestOps(done ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
        }

        private void drop(SelectionKey key) {
            try {
                if (key.channel() == listener) {
                    key.interestOps(0); // too many open files: run() lets it rest
                } else {
                    key.channel().close();
                }
            } catch (IOException closedAllTheSame) {
            }
        }

        private void close() throws IOException {
            for (SocketChannel client; (client = handedOver.poll()) != null; ) {
                client.close();
            }
            if (selector.isOpen()) {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
            }
            selector.close();
        }
    }

    /** All that is kept of a client, and no byte of its request among it. */
    private static final class Connection {
        private int matched; // bytes of \r\n\r\n, the end of a request, seen so far
        private int owed; // bytes of responses that are still to be written

        private boolean endsRequest(byte b) {
            boolean expected = b == (matched % 2 == 0 ? '\r' : '\n');
            matched = expected ? (matched + 1) % 4 : b == '\r' ? 1 : 0;
            return expected && matched == 0;
        }
    }

    public static void main(String[] args) throws IOException {
        String port = args.length == 0 ? "8080" : String.join(" ", args);
        Server server = null;
        try {
            server = new Server(Integer.parseInt(port));
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("Cannot listen on port " + port + ": " + e.getMessage()
                    + ". Give one number: 1 to 65535, or 0 for any free port.");
            System.exit(1);
        }
        System.out.println("Listening on port " + server.port());
        server.run();
    }
}
