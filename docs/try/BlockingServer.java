import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Step 5 in blocking code, with a virtual thread for each client, on a selector of its own; with
 * -Djdk=true on the JDK's. Needs JDK 21.
 */
final class BlockingServer {
    private static final byte[] RESPONSE = """
            HTTP/1.1 200 OK\r
            Content-Type: text/html\r
            Connection: keep-alive\r
            Content-Length: 6\r
            \r
            hello
            """.getBytes(StandardCharsets.US_ASCII);
    private static final boolean JDK = Boolean.getBoolean("jdk");

    private final Selector selector = Selector.open();
    private final Queue<Task> tasks = new ConcurrentLinkedQueue<>(); // for the loop
    private final AtomicBoolean woken = new AtomicBoolean();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final ByteBuffer responses = ByteBuffer.allocateDirect(4096 * RESPONSE.length);

    private interface Task {
        void run() throws IOException;
    }

    private BlockingServer(int port) throws IOException {
        listener.configureBlocking(JDK);
        listener.bind(new InetSocketAddress(port), 1024);
        while (responses.hasRemaining()) {
            responses.put(RESPONSE);
        }
    }

    // What follows is blocking code, as anybody would write it.

    private void listen() {
        while (true) {
            try {
                SocketChannel client = accept();
                Thread.startVirtualThread(() -> serve(client));
                letOthersRun();
            } catch (IOException e) {
                LockSupport.parkNanos(100_000_000); // too many open files: only accept() rests
            }
        }
    }

    private void serve(SocketChannel client) {
        try {
            client.configureBlocking(JDK);
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
            ByteBuffer answers = responses.duplicate();
            int matched = 0; // bytes of \r\n\r\n seen so far: where step 5 has a field
            while (read(client, buffer.clear()) != -1) {
                int requests = 0;
                for (buffer.flip(); buffer.hasRemaining(); ) {
                    byte b = buffer.get();
                    boolean expected = b == (matched % 2 == 0 ? '\r' : '\n');
                    matched = expected ? (matched + 1) % 4 : b == '\r' ? 1 : 0;
                    requests += expected && matched == 0 ? 1 : 0;
                }
                write(client, answers.clear().limit(requests * RESPONSE.length));
            }
        } catch (IOException e) { // ends this thread, and no other
        } finally {
            inLoop(client::close);
        }
    }

    // And this is what makes it block: try, and if there is nothing yet, wait.

    private SocketChannel accept() throws IOException {
        SocketChannel client;
        while ((client = listener.accept()) == null) {
            await(listener, SelectionKey.OP_ACCEPT);
        }
        return client;
    }

    private int read(SocketChannel client, ByteBuffer buffer) throws IOException {
        int n = client.read(buffer);
        if (n > 0) {
            letOthersRun(); // or a client that always has something to say keeps this core
        }
        while (n == 0) {
            await(client, SelectionKey.OP_READ);
            n = client.read(buffer);
        }
        return n;
    }

    private void write(SocketChannel client, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (client.write(bytes) == 0) {
                await(client, SelectionKey.OP_WRITE);
            }
        }
    }

    // The loop, and how the threads wait for it.

    /** Waits until the channel is ready. It may return too early: its callers try again. */
    private void await(SelectableChannel channel, int operation) {
        Thread thread = Thread.currentThread();
        inLoop(() -> channel.register(selector, operation, thread));
        LockSupport.park();
    }

    /**
     * Goes to the end of the common queue. Thread.yield() would go to the end of this core's own, and
     * others could starve.
     */
    private void letOthersRun() {
        Thread thread = Thread.currentThread();
        inLoop(() -> LockSupport.unpark(thread));
        LockSupport.park();
    }

    /** Only the loop touches keys: it has the task done before it sleeps again. */
    private void inLoop(Task task) {
        tasks.add(task);
        if (!woken.getAndSet(true)) {
            selector.wakeup();
        }
    }

    private void loop() throws IOException {
        while (true) {
            selector.select(key -> {
                key.interestOps(0); // once only
                LockSupport.unpark((Thread) key.attachment());
            });
            woken.set(false); // before it looks: a task that comes later wakes it again
            for (Task task; (task = tasks.poll()) != null; ) {
                try {
                    task.run();
                } catch (IOException e) { // a close() that fails has closed all the same
                }
            }
        }
    }

    public static void main(String[] args) throws IOException {
        String port = args.length == 0 ? "8080" : String.join(" ", args);
        BlockingServer server = null;
        try {
            server = new BlockingServer(Integer.parseInt(port));
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("Cannot listen on port " + port + ": " + e.getMessage()
                    + ". Give one number: 1 to 65535, or 0 for any free port.");
            System.exit(1);
        }
        System.out.println("Listening on port " + server.listener.socket().getLocalPort());
        Thread.startVirtualThread(server::listen);
        server.loop();
    }
}
