package tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Step 2: accepts every client and hangs up on it. */
public final class Server implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener;
    private volatile boolean closed;

    /** Listens on all addresses. Port 0 means any free one; port() tells which. */
    public Server(int port) throws IOException {
        try {
            listener = ServerSocketChannel.open();
            listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            listener.bind(new InetSocketAddress(port), 1024); // default 50: soon full
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
        while (!closed && !Thread.currentThread().isInterrupted()) {
            selector.select(this::handle);
        }
    }

    private void handle(SelectionKey key) {
        try {
            accept();
        } catch (IOException e) {
            // One client's fault must not end the loop for all the others.
        }
    }

    private void accept() throws IOException {
        SocketChannel client = listener.accept(); // one; select() reports the next
        if (client != null) { // null: would block, so the client has left again
            System.out.println("Got connection from " + client.getRemoteAddress());
            client.close();
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
