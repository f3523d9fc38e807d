package tcp;

import java.io.IOException;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
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
    private static final boolean SHARED = !Boolean.getBoolean("handover") && canShare();

    private final List<Loop> loops = new ArrayList<>();
    private volatile boolean closed;
    private volatile Throwable failure; // of a loop; null if there was none

    /** Listens on all addresses. Port 0 means any free one; port() tells which. */
    public Server(int port) throws IOException {
        try {
            for (int i = 0; i < LOOPS; i++) {
                loops.add(new Loop());
                if (i == 0 || SHARED) {
                    loops.get(i).listen(i == 0 ? port : port());
                }
            }
            SocketChannel.open().close(); // JDK 17: the first close() opens descriptors
        } catch (IOException | RuntimeException e) {
            close(); // or every failed try would keep its descriptors
            throw e;
        }
    }

    /** Whether listeners can share a port, and the kernel shares out the clients. */
    private static boolean canShare() {
        try (ServerSocketChannel any = ServerSocketChannel.open()) {
            return any.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)
                    && System.getProperty("os.name").equals("Linux"); // macOS does not
        } catch (IOException e) {
            return false;
        }
    }

    /** The port it listens on. */
    public int port() {
        return loops.get(0).listener.socket().getLocalPort();
    }

    /**
     * Serves until close() is called from another thread, or this one is interrupted. The
     * first loop runs here, the others in threads of their own. All end together.
     */
    public synchronized void run() throws IOException {
        List<CompletableFuture<Void>> others = new ArrayList<>();
        Executor threads = loop -> new Thread(loop, "loop").start();
        for (Loop loop : loops.subList(1, LOOPS)) {
            others.add(CompletableFuture.runAsync(loop::run, threads));
        }
        loops.get(0).run();
        others.forEach(CompletableFuture::join);
        if (failure != null) {
            close(); // or the clients would wait for answers that never come
            throw new IOException("A loop has ended", failure);
        }
    }

    private void end() {
        closed = true;
        loops.forEach(loop -> loop.selector.wakeup());
    }

    /** Ends run(), from another thread, and frees the port. Again, it does nothing. */
    @Override
    public void close() throws IOException {
        end();
        synchronized (this) { // run() holds this lock until all loops have ended
            for (Loop loop : loops) {
                loop.close();
            }
        }
    }

    /** What was the whole server in step 5. No loop touches what is another's. */
    private final class Loop {
        private final Selector selector = Selector.open();
        private final Queue<SocketChannel> newClients = new ConcurrentLinkedQueue<>();
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);
        private final int max = buffer.capacity() / 4; // requests in a read
        private final int longest = max * RESPONSE.length;
        private final ByteBuffer responses = ByteBuffer.allocateDirect(longest);
        private ServerSocketChannel listener; // null: another loop hands clients over
        private int turn; // which loop had the last client that was handed over

        private Loop() throws IOException {
            while (responses.hasRemaining()) {
                responses.put(RESPONSE);
            }
        }

        private void listen(int port) throws IOException {
            listener = ServerSocketChannel.open();
            listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            if (SHARED) {
                listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            listener.bind(new InetSocketAddress(port), 1024); // default 50: soon full
        }

        private void run() {
            try {
                serve();
            } catch (IOException | RuntimeException | Error e) {
                failure = e;
            } finally {
                end();
            }
        }

        private void serve() throws IOException {
            Consumer<SelectionKey> handler = this::handle; // made once, not at every turn
            SelectionKey acceptKey = listener == null ? null : listener.keyFor(selector);
            while (!closed && !Thread.currentThread().isInterrupted()) {
                boolean paused = acceptKey != null && acceptKey.interestOps() == 0;
                selector.select(handler, paused ? 100 : 0); // ms at most; 0: no limit
                if (paused) {
                    acceptKey.interestOps(SelectionKey.OP_ACCEPT);
                }
                for (SocketChannel client; (client = newClients.poll()) != null; ) {
                    register(client);
                }
            }
        }

        private void handle(SelectionKey key) {
            try {
                if (key.isAcceptable()) {
                    accept(key);
                } else if (key.isReadable()) {
                    read(key);
                } else {
                    write(key);
                }
            } catch (IOException e) {
                drop(key); // one client's fault must not end the loop for all the others
            }
        }

        private void accept(SelectionKey key) throws IOException {
            key.interestOps(0); // stays so if accept() fails (too many open files)
            SocketChannel client = listener.accept(); // one; select() reports the next
            key.interestOps(SelectionKey.OP_ACCEPT);
            if (client != null) { // null: would block, so the client has left again
                client.configureBlocking(false);
                turn = (turn + 1) % LOOPS;
                Loop next = SHARED ? this : loops.get(turn);
                next.newClients.add(client);
                if (next != this) {
                    next.selector.wakeup(); // or it sleeps on, and does not look
                }
            }
        }

        private void register(SocketChannel client) throws IOException {
            SelectionKey key = client.register(selector, SelectionKey.OP_READ);
            key.attach(new Connection());
            try {
                // Or a response may wait until the client has acknowledged the last.
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            } catch (IOException e) {
                drop(key); // on macOS it fails when the client has left
            }
        }

        private void read(SelectionKey key) throws IOException {
            SocketChannel client = (SocketChannel) key.channel();
            int n = client.read(buffer.clear()); // just once: others have their turn
            if (n > 0) {
                Connection connection = (Connection) key.attachment();
                buffer.flip();
                while (buffer.hasRemaining()) {
                    if (connection.endsRequest(buffer.get())) {
                        connection.owed += RESPONSE.length;
                    }
                }
                if (connection.owed > 0) {
                    write(key); // try first: select() waits for room only for a rest
                }
            } else if (n == -1) { // end of stream: the client sends no more
                client.close();
            }
        }

        private void write(SelectionKey key) throws IOException {
            SocketChannel client = (SocketChannel) key.channel();
            Connection connection = (Connection) key.attachment();
            // All responses are alike, so what is owed is the end of the repetition.
            responses.clear().position(responses.capacity() - connection.owed);
            connection.owed -= client.write(responses); // takes what fits
            // Back-pressure: a client that does not take its answers is not read from.
            boolean done = connection.owed == 0;
            key.interestOps(done ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
        }

        private void drop(SelectionKey key) {
            try {
                if (key.channel() != listener) {
                    key.channel().close();
                }
            } catch (IOException ignored) { // closed all the same
            }
        }

        private void close() throws IOException {
            for (SocketChannel client; (client = newClients.poll()) != null; ) {
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

    /** What is kept of a client: two numbers, and no byte of its requests. */
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
