package tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Chat: what one says, all others hear; but nobody waits for one who does not listen. */
public final class Server implements AutoCloseable {
    private static final Charset BYTES = StandardCharsets.ISO_8859_1; // a char per byte
    private static final int LINE = 1024; // bytes at most

    /** Bytes kept for a client (32 MB for 500). If a line does not fit, it is cut off. */
    private static final int QUEUE = 64 * 1024;

    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener;
    private volatile boolean closed;

    private static final class Client {
        final ByteBuffer in = ByteBuffer.allocate(8 * LINE); // a line not over yet
        final ByteBuffer queue = ByteBuffer.allocate(QUEUE);
        String name; // null: it has none yet, or has left
        boolean ended;
    }

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
            if (key.isValid() && key.isAcceptable()) {
                accept(key);
            }
            if (key.isValid() && key.isWritable()) { // another's line may have cut it off
                write(key);
            }
            if (key.isValid() && key.isReadable()) { // in the same turn
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
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_READ, new Client());
        }
    }

    private void read(SelectionKey key) throws IOException {
        Client client = (Client) key.attachment();
        int n = ((SocketChannel) key.channel()).read(client.in); // just once: fair to all
        client.in.flip();
        for (int i = 0; i < client.in.limit() && key.isValid(); i++) {
            if (i - client.in.position() == LINE) {
                throw new IOException("line too long");
            } else if (client.in.get(i) == '\n') {
                byte[] line = new byte[i - client.in.position()];
                client.in.get(line).get(); // without its end
                line(key, new String(line, BYTES));
            }
        }
        client.in.compact();
        if (n == -1) { // it has left; a line that is not over is none
            client.name = null;
            client.ended = true;
            key.interestOps(SelectionKey.OP_WRITE); // its queue, and then the end
        }
    }

    private void line(SelectionKey key, String line) {
        Client client = (Client) key.attachment();
        if (client.name != null) {
            for (SelectionKey other : selector.keys()) {
                if (other != key && nameOf(other) != null) {
                    send(other, client.name + ": " + line + "\n");
                }
            }
        } else if (selector.keys().stream().anyMatch(each -> line.equals(nameOf(each)))) {
            send(key, "taken\n");
        } else {
            client.name = line;
            send(key, "welcome, " + line + "\n");
        }
    }

    /** The name of a client that is here, or null. */
    private static String nameOf(SelectionKey key) {
        return key.isValid() && key.attachment() instanceof Client c ? c.name : null;
    }

    /** Puts a line in a client's queue. If it does not fit, the client is cut off. */
    private void send(SelectionKey key, String line) {
        ByteBuffer queue = ((Client) key.attachment()).queue;
        try {
            if (queue.remaining() < line.length()) {
                write(key); // perhaps it has read meanwhile
            }
            queue.put(line.getBytes(BYTES));
            key.interestOpsOr(SelectionKey.OP_WRITE);
        } catch (IOException | BufferOverflowException e) {
            drop(key);
        }
    }

    private void write(SelectionKey key) throws IOException {
        Client client = (Client) key.attachment();
        ((SocketChannel) key.channel()).write(client.queue.flip()); // takes what fits
        boolean done = !client.queue.hasRemaining();
        client.queue.compact();
        if (done && client.ended) {
            key.channel().close();
        } else if (done) {
            key.interestOps(SelectionKey.OP_READ);
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
