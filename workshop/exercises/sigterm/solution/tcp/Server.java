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
import java.util.function.Consumer;

/** Step 5 that stops well: on SIGTERM it says Connection: close, and loses no request. */
public final class Server implements AutoCloseable {
    private static final byte[] RESPONSE = """
            HTTP/1.1 200 OK\r
            Content-Type: text/html\r
            Connection: keep-alive\r
            Content-Length: 6\r
            \r
            hello
            """.getBytes(StandardCharsets.US_ASCII);

    private static final byte[] LAST_RESPONSE = new String(RESPONSE, StandardCharsets.US_ASCII)
            .replace("keep-alive", "close")
            .getBytes(StandardCharsets.US_ASCII);
    private static final long DRAIN = 1_000_000_000; // ns, for clients to finish

    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);
    /** Responses in a row, one for every 4 bytes read: no request is shorter. */
    private final ByteBuffer responses = ByteBuffer.allocateDirect(buffer.capacity() / 4 * RESPONSE.length);

    private volatile boolean draining;
    private volatile boolean closed;

    /** Listens on all addresses. Port 0 means any free one; port() tells which. */
    public Server(int port) throws IOException {
        listener.bind(new InetSocketAddress(port), 1024); // the default, 50, soon fills
        listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        while (responses.hasRemaining()) {
            responses.put(RESPONSE);
        }
        SocketChannel.open().close(); // JDK 17: the first close needs descriptors itself
    }

    /** The port it listens on. */
    public int port() {
        return listener.socket().getLocalPort();
    }

    /** Serves until close() is called from another thread. */
    public synchronized void run() throws IOException {
        Consumer<SelectionKey> handler = this::handle; // made once, not at every turn
        SelectionKey listening = listener.keyFor(selector);
        while (!closed && !draining) {
            boolean paused = listening.interestOps() == 0;
            selector.select(handler, paused ? 100 : 0); // ms; 0: no time limit
            listening.interestOpsOr(paused ? SelectionKey.OP_ACCEPT : 0);
        }
        if (draining && !closed) {
            drainClients(handler);
        }
    }

    /** Serves those who are connected until all have left, or their time is over. */
    private void drainClients(Consumer<SelectionKey> handler) throws IOException {
        long end = System.nanoTime() + DRAIN;
        for (int before = -1; before != selector.keys().size(); ) {
            before = selector.keys().size(); // close() resets whom the queue still holds
            accept();
        }
        listener.close();
        for (long left; !closed && (left = end - System.nanoTime()) > 0; ) {
            selector.select(handler, left / 1_000_000 + 1);
            selector.selectNow(handler); // closed channels are taken out of keys()
            if (selector.keys().isEmpty()) {
                return;
            }
        }
    }

    /** Stops accepting, lets the clients finish for a second, and ends run(). */
    public void drain() throws IOException {
        draining = true;
        selector.wakeup();
        synchronized (this) { // run() holds this lock until it has ended
            close();
        }
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
            client.register(selector, SelectionKey.OP_READ, new Connection());
            // Without this, small responses wait up to 40 ms for earlier ones' receipt.
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    private void read(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        int n = client.read(buffer.clear()); // just once: others have their turn
        if (n > 0) {
            Connection connection = (Connection) key.attachment();
            for (buffer.flip(); buffer.hasRemaining() && connection.last == null; ) {
                if (connection.endsRequest(buffer.get())) {
                    connection.owed += RESPONSE.length;
                }
            }
            if (draining && connection.owed > 0) {
                connection.owed -= RESPONSE.length; // the last one says that it is
                connection.last = ByteBuffer.wrap(LAST_RESPONSE);
                write(key);
            } else if (connection.owed > 0) {
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
        if (done && connection.last != null) {
            client.write(connection.last);
            done = !connection.last.hasRemaining();
            if (done) {
                client.shutdownOutput(); // and what still comes is read and dropped
            }
        }
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

    /** Ends run() and frees the port. Calling it again does nothing. */
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

    /** All that is kept of a client, and no byte of its request among it. */
    private static final class Connection {
        private int matched; // bytes of \r\n\r\n, the end of a request, seen so far
        private int owed; // bytes of responses that are still to be written
        private ByteBuffer last; // what is said after those, and then no more

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
        Server started = server;
        // The JVM runs this on SIGTERM and Ctrl-C, and ends when it has returned.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                started.drain();
            } catch (IOException e) {
                System.err.println("Cannot stop well: " + e.getMessage());
            }
        }));
        System.out.println("Listening on port " + server.port());
        server.run();
    }
}
