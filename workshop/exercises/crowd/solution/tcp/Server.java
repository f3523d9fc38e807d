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

/** Step 5 with a cap: 100 clients at a time, and the others wait to be accepted. */
public final class Server implements AutoCloseable {
    private static final byte[] RESPONSE = """
            HTTP/1.1 200 OK\r
            Content-Type: text/html\r
            Connection: keep-alive\r
            Content-Length: 6\r
            \r
            hello
            """.getBytes(StandardCharsets.US_ASCII);

    private static final int MOST = 100; // clients at a time

    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);
    private final int max = buffer.capacity() / 4; // requests in a read: 4 bytes or more
    private final ByteBuffer responses = ByteBuffer.allocateDirect(max * RESPONSE.length);
    private int clients; // connected now; selector.keys() may still hold closed ones
    private volatile boolean closed;

    /** Listens on all addresses. Port 0 means any free one; port() tells which. */
    public Server(int port) throws IOException {
        try {
            listener = ServerSocketChannel.open();
            listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            listener.bind(new InetSocketAddress(port), 1024); // default 50: soon full
            while (responses.hasRemaining()) {
                responses.put(RESPONSE);
            }
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
        Consumer<SelectionKey> handler = this::handle; // made once, not at every turn
        SelectionKey acceptKey = listener.keyFor(selector);
        while (!closed && !Thread.currentThread().isInterrupted()) {
            boolean paused = acceptKey.interestOps() == 0 && clients < MOST;
            selector.select(handler, paused ? 100 : 0); // ms at most; 0: no limit
            if (paused) {
                acceptKey.interestOps(SelectionKey.OP_ACCEPT);
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
        key.interestOps(0); // stays so if accept() fails (too many open files): see run()
        SocketChannel client = listener.accept(); // one; select() reports the next
        key.interestOps(SelectionKey.OP_ACCEPT);
        if (client != null) { // null: would block, so the client has left again
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_READ, new Connection());
            if (++clients == MOST) {
                key.interestOps(0); // the others wait in the kernel's queue
            }
            // Or a response may wait until the client has acknowledged the one before.
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
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
                write(key); // try first: only if not all fits must select() wait for room
            }
        } else if (n == -1) { // end of stream: the client sends no more
            drop(key);
        }
    }

    private void write(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        Connection connection = (Connection) key.attachment();
        // All responses are alike, so what is owed is always the end of the repetition.
        responses.clear().position(responses.capacity() - connection.owed);
        connection.owed -= client.write(responses); // takes what fits, in one system call
        // Back-pressure: a client that does not take its answers is not read from.
        boolean done = connection.owed == 0;
        key.interestOps(done ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
    }

    private void drop(SelectionKey key) {
        try {
            if (key.channel() != listener) {
                clients--; // here alone, and every client that leaves comes by here
                listener.keyFor(selector).interestOps(SelectionKey.OP_ACCEPT);
                key.channel().close();
            }
        } catch (IOException ignored) { // closed all the same
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
