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
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Honest HTTP/1.1 (RFC 9112) with one page: knows where a request ends. */
public final class Server implements AutoCloseable {
    private static final int LONGEST_HEAD = 8 * 1024; // bytes
    private static final Pattern REQUEST_LINE =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+) [!-~]+ HTTP/([0-9])\\.([0-9])");
    private static final Pattern HEADER = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*");

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
        Consumer<SelectionKey> handler = this::handle; // made once, not at every turn
        SelectionKey listening = listener.keyFor(selector);
        while (!closed) {
            boolean paused = listening.interestOps() == 0;
            selector.select(handler, paused ? 100 : 0); // ms; 0: no time limit
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
            connection.take(buffer.flip());
            if (connection.owes()) {
                write(key); // try at once: most answers fit
            }
        } else if (n == -1) { // end of stream: the client sends no more
            client.close();
        }
    }

    private void write(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        Connection connection = (Connection) key.attachment();
        boolean done = connection.writeTo(client);
        if (done && connection.last) {
            // close() with input unread would reset the connection, see step 4.
            client.shutdownOutput();
        }
        // Who does not take the answers is not read from: back-pressure stops the client.
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

    /** What is kept of a client: the head that comes, the body to skip, what is owed. */
    private static final class Connection {
        private final StringBuilder head = new StringBuilder();
        private final StringBuilder answers = new StringBuilder();
        private ByteBuffer owed = ByteBuffer.allocate(0);
        private long skip; // bytes of a body that are still to come
        private boolean last; // after what is owed the connection ends

        private void take(ByteBuffer bytes) {
            while (bytes.hasRemaining() && !last) { // after the last, what comes is dropped
                if (skip > 0) {
                    int n = (int) Math.min(skip, bytes.remaining());
                    bytes.position(bytes.position() + n);
                    skip -= n;
                } else {
                    takeHead((char) (bytes.get() & 0xff));
                }
            }
            if (answers.length() > 0) {
                owed = StandardCharsets.US_ASCII.encode(answers.toString());
                answers.setLength(0);
            }
        }

        private void takeHead(char c) {
            head.append(c);
            int n = head.length();
            if (n == 2 && head.indexOf("\r\n") == 0) {
                head.setLength(0); // an empty line before a request (RFC 9112, 2.2)
            } else if (c == '\n' && n >= 4 && head.indexOf("\r\n\r\n", n - 4) != -1) {
                answer(head.substring(0, n - 4).split("\r\n"));
                head.setLength(0);
            } else if (n >= LONGEST_HEAD) {
                refuse("431 Request Header Fields Too Large");
            }
        }

        private void answer(String[] lines) {
            Matcher request = REQUEST_LINE.matcher(lines[0]);
            Map<String, String> headers = new HashMap<>();
            boolean fine = request.matches();
            for (int i = 1; fine && i < lines.length; i++) {
                Matcher header = HEADER.matcher(lines[i]);
                fine = header.matches();
                if (fine) {
                    String name = header.group(1).toLowerCase(Locale.ROOT);
                    headers.merge(name, header.group(2), (a, b) -> a + ", " + b);
                }
            }
            boolean old = fine && request.group(3).equals("0");
            String length = headers.getOrDefault("content-length", "0");
            if (fine && !request.group(2).equals("1")) {
                refuse("505 HTTP Version Not Supported");
            } else if (!fine || !length.matches("[0-9]{1,18}") || !old && !headers.containsKey("host")) {
                refuse("400 Bad Request");
            } else if (headers.containsKey("transfer-encoding")) {
                refuse("501 Not Implemented");
            } else {
                skip = Long.parseLong(length);
                String wish = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
                last = old ? !wish.contains("keep-alive") : wish.contains("close");
                answers.append("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: ")
                        .append(last ? "close" : "keep-alive")
                        .append("\r\nContent-Length: 6\r\n\r\n");
                answers.append(request.group(1).equals("HEAD") ? "" : "hello\n");
            }
        }

        private void refuse(String status) {
            answers.append("HTTP/1.1 ").append(status).append("\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            last = true; // where the next request would begin is not known
        }

        private boolean owes() {
            return owed.hasRemaining();
        }

        private boolean writeTo(SocketChannel client) throws IOException {
            client.write(owed); // takes what fits, in one system call
            return !owed.hasRemaining();
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
