package tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** ECHO (RFC 862): sends back what comes, and stops who does not read. */
public final class Server implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);
    private volatile boolean closed;

    /** Listens on all addresses. Port 0 means any free one; port() tells which. */
    public Server(int port) throws IOException {
        listener.bind(new InetSocketAddress(port), 1024); // the default, 50, soon fills
        listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        SocketChannel.open().close(); // JDK 17: the first close needs descriptors itself
    }

    /** The port it listens on. */
    public int port() {
        return listener.socket().getLocalPort();
    }

    /** Serves until close() is called from another thread. */
    public synchronized void run() throws IOException {
        SelectionKey listening = listener.keyFor(selector);
        while (!closed) {
            boolean paused = listening.interestOps() == 0;
            selector.select(this::handle, paused ? 100 : 0); // ms; 0: no time limit
            listening.interestOpsOr(paused ? SelectionKey.OP_ACCEPT : 0);
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
            client.register(selector, SelectionKey.OP_READ);
        }
    }

    private void read(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        int n = client.read(buffer.clear()); // just once: others have their turn
        if (n > 0) {
            client.write(buffer.flip());
            if (buffer.hasRemaining()) {
                // The buffer belongs to all, so what is owed to this client is copied.
                key.attach(ByteBuffer.allocate(buffer.remaining()).put(buffer).flip());
                key.interestOps(SelectionKey.OP_WRITE); // and no reading: back-pressure
            }
        } else if (n == -1) { // end of stream, and nothing is owed: it would not be read
            client.close();
        }
    }

    private void write(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        ByteBuffer rest = (ByteBuffer) key.attachment();
        client.write(rest); // takes what fits; the buffer's position keeps the rest
        if (!rest.hasRemaining()) {
            key.attach(null);
            key.interestOps(SelectionKey.OP_READ);
        }
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
