package tcp.bench.peers;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/**
 * Starts one of the servers that step 5 is measured beside, on any free port, and prints
 * "Listening on port N" as the steps do. Each gives the response of step 5; what a
 * library adds of its own (a Date header, for example) it adds.
 */
public final class Main {
    static final String TYPE = "text/html";
    static final byte[] BODY = "hello\n".getBytes(StandardCharsets.US_ASCII);
    static final byte[] RESPONSE = ("HTTP/1.1 200 OK\r\nContent-Type: " + TYPE + "\r\n"
                    + "Connection: keep-alive\r\nContent-Length: 6\r\n\r\nhello\n")
            .getBytes(StandardCharsets.US_ASCII);

    /** -Dset=true: with the documented settings that the scoreboard tries, and not only the defaults. */
    static final boolean SET = Boolean.getBoolean("set");

    /** A server that serves until its process ends. */
    private interface Peer {
        /** Starts it; returns its port. */
        int start() throws Exception;
    }

    private static final Map<String, Peer> PEERS = Map.of(
            "blocking", () -> Blocking.start(false),
            "virtual", () -> Blocking.start(true),
            "jdk-httpserver", JdkHttpServer::start,
            "netty-nio", Netty::nio,
            "netty-epoll", Netty::epoll,
            "netty-io_uring", Netty::uring,
            "microhttp", Microhttp::start,
            "jetty", Jetty::start,
            "tomcat", TomcatServer::start,
            "undertow", UndertowServer::start);

    private Main() {}

    public static void main(String[] args) throws Exception {
        Peer peer = args.length == 1 ? PEERS.get(args[0]) : null;
        if (peer == null) {
            System.err.println("Name one of " + PEERS.keySet());
            System.exit(1);
        }
        if (Boolean.getBoolean("logged")) {
            // As if it had logged something before: else the first line, which loads classes, may come when there are
            // no descriptors left. Netty's event loop ended on that.
            new SimpleFormatter().format(new LogRecord(Level.INFO, ""));
        }
        System.out.println("Listening on port " + peer.start());
    }
}
