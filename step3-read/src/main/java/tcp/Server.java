package tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Step 3: reads what clients send, and tells how much. */
public final class Server implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);
    private volatile boolean closed;

    /** Listens on all addresses. Port 0 means any free one; port() tells which. */
    public Server(int port) throws IOException {
        try {
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
            selector.select(this::handle, paused ? 100 : 0); // ms at most; 0: no limit
            if (paused) {
                acceptKey.interestOps(SelectionKey.OP_ACCEPT);
            }
        }
    }

    private void handle(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept(key);
            } else {
                read(key);
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
            System.out.println("Got connection from " + client.getRemoteAddress());
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_READ);
        }
    }

    private void read(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        int n = client.read(buffer.clear()); // just once: others have their turn
        if (n > 0) {
            System.out.println("Read " + n + " bytes from " + client.getRemoteAddress());
        } else if (n == -1) { // end of stream: the client sends no more
            client.close();
        }
    }

    private void drop(SelectionKey key) {
        try {
            if (key.channel() != listener) {
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
