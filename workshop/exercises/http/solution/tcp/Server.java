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
import java.util.Locale;
import java.util.StringTokenizer;
import java.util.function.Consumer;

/** Honest HTTP/1.1 (RFC 9110 and 9112) with one page: knows where a request ends. */
public final class Server implements AutoCloseable {
    private static final String RESPONSE = """
            HTTP/1.1 200 OK\r
            Content-Type: text/html\r
            Connection: keep-alive\r
            Content-Length: 6\r
            \r
            hello
            """;
    private static final String LAST_RESPONSE = RESPONSE.replace("keep-alive", "close");
    private static final String REFUSAL = """
            HTTP/1.1 %s\r
            Connection: close\r
            Content-Length: 0\r
            \r
            """;
    private static final String BAD = "400 Bad Request";
    private static final int LONGEST_HEAD = 8 * 1024; // bytes
    // What may be in each (RFC 9110, 5.6.2, and RFC 3986, appendix A)
    private static final String DIGITS = "0123456789";
    private static final String HEX = DIGITS + "abcdefABCDEF";
    private static final String ALNUM = HEX + "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ";
    private static final String SCHEME = ALNUM + "+-.";
    private static final String TOKEN = SCHEME + "!#$%&'*^_`|~";
    private static final String NAME = SCHEME + "_~!$&'()*,;=%"; // of a host
    private static final String PATH = NAME + ":@/?"; // and query

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
        Consumer<SelectionKey> handler = this::handle; // made once, not at every turn
        SelectionKey acceptKey = listener.keyFor(selector);
        while (!closed && !Thread.currentThread().isInterrupted()) {
            boolean paused = acceptKey.interestOps() == 0;
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
            // Or a response may wait until the client has acknowledged the one before.
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    private void read(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        int n = client.read(buffer.clear()); // just once: others have their turn
        if (n > 0) {
            Connection connection = (Connection) key.attachment();
            String responses = connection.take(buffer.flip());
            if (!responses.isEmpty()) {
                connection.owed = StandardCharsets.US_ASCII.encode(responses);
                write(key); // try first: only if not all fits must select() wait for room
            }
        } else if (n == -1) { // end of stream: the client sends no more
            client.close();
        }
    }

    private void write(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        Connection connection = (Connection) key.attachment();
        client.write(connection.owed); // takes what fits, in one system call
        boolean done = !connection.owed.hasRemaining();
        if (done) {
            connection.owed = null;
            if (connection.last) {
                client.shutdownOutput(); // close() might reset the connection: see step 4
            }
        }
        // Back-pressure: a client that does not take its answers is not read from.
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

    /** What is kept of a client: the head that comes, the body to skip, what is owed. */
    private static final class Connection {
        private Head head = new Head();
        private long skip; // bytes of a body that are still to come
        private ByteBuffer owed; // bytes of responses that are still to be written
        private boolean last; // after what is owed the connection ends

        /** Takes what was read, and returns the responses to it. */
        private String take(ByteBuffer bytes) {
            StringBuilder responses = new StringBuilder();
            while (bytes.hasRemaining() && !last) { // after the last, all is dropped
                int n = (int) Math.min(skip, bytes.remaining());
                bytes.position(bytes.position() + n);
                skip -= n;
                try {
                    if (bytes.hasRemaining() && head.takesLast(bytes.get())) {
                        responses.append(respond(head));
                        head = new Head();
                    }
                } catch (Refusal e) {
                    responses.append(REFUSAL.formatted(e.getMessage()));
                    last = true; // where the next request begins is not known
                    head = null;
                }
            }
            return responses.toString();
        }

        private String respond(Head request) {
            skip = request.contentLength;
            last = request.close || request.old && !request.keepAlive;
            String response = last ? LAST_RESPONSE : RESPONSE;
            boolean bodiless = request.method.equals("HEAD");
            return bodiless ? response.substring(0, response.indexOf("hello")) : response;
        }
    }

    /** The head of a request: taken byte by byte, understood line by line. */
    private static final class Head {
        private final StringBuilder line = new StringBuilder();
        private int length; // bytes so far
        private boolean afterCr;
        private String method; // null: the request line is still to come
        private boolean old; // HTTP/1.0
        private boolean hasHost;
        private long contentLength;
        private boolean hasContentLength;
        private boolean hasTransferEncoding;
        private boolean close;
        private boolean keepAlive;

        /** Takes a byte, and returns whether it was the last one. */
        private boolean takesLast(byte b) throws Refusal {
            char c = (char) (b & 0xff);
            require(++length <= LONGEST_HEAD, "431 Request Header Fields Too Large");
            require(afterCr == (c == '\n'), BAD); // only together do they end a line
            afterCr = c == '\r';
            if (c == '\n') {
                String text = line.toString();
                line.setLength(0);
                return takesLastLine(text);
            } else if (c != '\r') {
                require(c >= ' ' && c != 127 || c == '\t', BAD); // no control character
                line.append(c);
            }
            return false;
        }

        private boolean takesLastLine(String text) throws Refusal {
            if (method != null && text.isEmpty()) {
                require(hasHost || old, BAD);
                boolean known = !hasTransferEncoding && !method.equals("CONNECT");
                require(known, "501 Not Implemented");
                return true;
            } else if (text.isEmpty()) { // allowed before a request, and not part of it
                length = 0;
            } else if (method == null) {
                takeRequestLine(text);
            } else {
                takeField(text);
            }
            return false;
        }

        private void takeRequestLine(String text) throws Refusal {
            int first = text.indexOf(' ');
            int last = text.lastIndexOf(' ');
            require(first < last && isVersion(text.substring(last + 1)), BAD);
            require(text.startsWith("1", last + 6), "505 HTTP Version Not Supported");
            method = text.substring(0, first);
            old = text.endsWith("0");
            require(isToken(method) && isTarget(text.substring(first + 1, last)), BAD);
        }

        private void takeField(String text) throws Refusal {
            int colon = text.indexOf(':');
            require(colon != -1 && isToken(text.substring(0, colon)), BAD);
            String value = text.substring(colon + 1).trim();
            switch (text.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "host" -> {
                    require(!hasHost && (value.isEmpty() || isHost(value)), BAD);
                    hasHost = true;
                }
                case "content-length" -> {
                    require(!hasContentLength && isNumber(value), BAD);
                    hasContentLength = true;
                    contentLength = parse(value);
                }
                case "transfer-encoding" -> hasTransferEncoding = true;
                case "connection" -> {
                    var options = new StringTokenizer(value, ",");
                    while (options.hasMoreTokens()) {
                        String option = options.nextToken().trim();
                        close |= option.equalsIgnoreCase("close");
                        keepAlive |= option.equalsIgnoreCase("keep-alive");
                    }
                }
                default -> {} // of no concern here
            }
        }

        private static void require(boolean valid, String status) throws Refusal {
            if (!valid) {
                throw new Refusal(status);
            }
        }

        private static long parse(String number) throws Refusal {
            try {
                return Long.parseLong(number);
            } catch (NumberFormatException e) {
                throw new Refusal(BAD); // too large
            }
        }

        private static boolean isVersion(String text) {
            return text.length() == 8
                    && text.startsWith("HTTP/")
                    && isNumber(text.substring(5, 6))
                    && text.charAt(6) == '.'
                    && isNumber(text.substring(7));
        }

        /** Whether the target has a form that belongs to the method (RFC 9112, 3.2). */
        private boolean isTarget(String text) {
            if (method.equals("CONNECT")) { // authority-form
                int port = text.lastIndexOf(':') + 1;
                return port > 0 && isHost(text) && isNumber(text.substring(port));
            } else if (text.equals("*")) { // asterisk-form
                return method.equals("OPTIONS");
            } else if (text.startsWith("/")) { // origin-form
                return isEncoded(PATH, text);
            }
            int host = text.indexOf("://") + 3; // absolute-form
            int path = host;
            while (path < text.length() && "/?".indexOf(text.charAt(path)) == -1) {
                path++;
            }
            return host > 3
                    && isMadeOf(SCHEME, text.substring(0, host - 3))
                    && isHost(text.substring(host, path))
                    && isEncoded(PATH, text.substring(path));
        }

        /** A name or an [IPv6 address], with or without a port (RFC 3986, 3.2.2). */
        private static boolean isHost(String text) {
            int colon = text.lastIndexOf(':');
            boolean hasPort = colon > text.lastIndexOf(']');
            String host = hasPort ? text.substring(0, colon) : text;
            String port = hasPort ? text.substring(colon + 1) : "";
            if (!port.isEmpty() && !isNumber(port)) {
                return false;
            } else if (host.startsWith("[") && host.endsWith("]")) {
                String address = host.substring(1, host.length() - 1);
                return address.contains(":") && isMadeOf(HEX + ":.", address);
            }
            return !host.isEmpty() && isEncoded(NAME, host);
        }

        /** Like isMadeOf(), and two hexadecimal digits follow each percent sign. */
        private static boolean isEncoded(String allowed, String text) {
            for (int i = -1; (i = text.indexOf('%', i + 1)) != -1; ) {
                String code = text.substring(i + 1, Math.min(i + 3, text.length()));
                if (code.length() < 2 || !isMadeOf(HEX, code)) {
                    return false;
                }
            }
            return isMadeOf(allowed, text);
        }

        private static boolean isNumber(String text) {
            return !text.isEmpty() && isMadeOf(DIGITS, text);
        }

        private static boolean isToken(String text) {
            return !text.isEmpty() && isMadeOf(TOKEN, text);
        }

        private static boolean isMadeOf(String allowed, String text) {
            return text.chars().allMatch(c -> allowed.indexOf(c) != -1);
        }
    }

    /** Says with which status a request is refused. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        private Refusal(String status) {
            super(status, null, false, false); // no stack trace: it is no mistake of ours
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
