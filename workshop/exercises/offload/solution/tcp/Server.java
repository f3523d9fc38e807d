package tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers lines, and has other threads do what would hold up the loop. */
public final class Server implements AutoCloseable {
    private static final Charset BYTES = StandardCharsets.ISO_8859_1; // a char per byte
    private static final int LINE = 4096; // bytes at most
    private static final int AT_ONCE = 8; // requests of a client; no more are read then

    private final Selector selector = Selector.open();
    private final Queue<SelectionKey> done = new ConcurrentLinkedQueue<>(); // by workers
    private final ExecutorService pool = Executors.newFixedThreadPool(16, Server::worker);
    private final ServerSocketChannel listener;
    private volatile boolean closed;

    private static final class Client {
        final ByteBuffer in = ByteBuffer.allocate(LINE); // lines that nobody works on yet
        final Queue<CompletableFuture<String>> underWay = new ArrayDeque<>(); // in order
        final ByteBuffer out = ByteBuffer.allocate(LINE); // answers not written yet
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
            for (SelectionKey key; (key = done.poll()) != null; ) {
                if (key.isValid()) { // its client may have left meanwhile
                    handle(key);
                }
            }
        }
    }

    private void handle(SelectionKey key) {
        try {
            if (key.channel() == listener) {
                accept(key);
            } else {
                serve(key);
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

    /** Does all it can for a client now: read, begin work, collect answers, write. */
    private void serve(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        Client client = (Client) key.attachment();
        // readyOps() may be of an earlier select()
        if ((key.interestOps() & key.readyOps() & SelectionKey.OP_READ) != 0) {
            client.ended = channel.read(client.in) == -1;
        }
        boolean more = true;
        while (more) {
            begin(key, client);
            more = collect(client); // then there is room for the next
            if (!more && client.out.position() > 0) {
                channel.write(client.out.flip()); // takes what fits
                client.out.compact();
                more = client.out.position() == 0;
            }
        }
        boolean owes = client.out.position() > 0 || !client.underWay.isEmpty();
        boolean full = !client.in.hasRemaining();
        if (client.ended && !owes) {
            channel.close(); // and a line that is not over is none
        } else if (!client.ended && client.underWay.isEmpty() && full) {
            throw new IOException("line too long");
        } else {
            boolean reads = !client.ended && client.underWay.size() < AT_ONCE && !full;
            int write = client.out.position() > 0 ? SelectionKey.OP_WRITE : 0;
            key.interestOps(write | (reads ? SelectionKey.OP_READ : 0));
        }
    }

    /** Has the lines worked on that have come, as many as may be under way. */
    private void begin(SelectionKey key, Client client) {
        client.in.flip();
        for (int i = 0; i < client.in.limit() && client.underWay.size() < AT_ONCE; i++) {
            if (client.in.get(i) == '\n') {
                byte[] bytes = new byte[i + 1 - client.in.position()];
                client.in.get(bytes);
                String line = new String(bytes, BYTES);
                if (line.startsWith("sleep ")) {
                    var work = CompletableFuture.supplyAsync(() -> work(line), pool);
                    client.underWay.add(work);
                    work.whenComplete((answer, failed) -> { // not before it is complete
                        done.add(key);
                        selector.wakeup();
                    });
                } else { // in its turn
                    client.underWay.add(CompletableFuture.completedFuture(line));
                }
            }
        }
        client.in.compact();
    }

    /** What blocks. */
    private static String work(String line) {
        try {
            Thread.sleep(Integer.parseInt(line.strip().substring(6)));
            return line.replace("sleep", "slept");
        } catch (InterruptedException | IllegalArgumentException e) {
            return "failed\n";
        }
    }

    /** Takes an answer whose turn it is, if it fits. Returns whether there was one. */
    private static boolean collect(Client client) {
        CompletableFuture<String> next = client.underWay.peek();
        if (next == null
                || !next.isDone()
                || client.out.remaining() < next.join().length()) {
            return false;
        }
        client.out.put(client.underWay.remove().join().getBytes(BYTES));
        return true;
    }

    private static Thread worker(Runnable tasks) {
        Thread thread = new Thread(tasks, "worker");
        thread.setDaemon(true); // when main() ends, the program does
        return thread;
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
        pool.shutdownNow(); // interrupts what is under way
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
