package tcp.bench.peers;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/**
 * The JDK's own small server, with the executor that its documentation shows (none: the
 * thread that selects also answers; -Dset=true: a thread for each request). Its properties are set where it is started.
 */
final class JdkHttpServer {
    private JdkHttpServer() {}

    static int start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(0), 1024);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", Main.TYPE);
            exchange.getResponseHeaders().set("Connection", "keep-alive");
            exchange.sendResponseHeaders(200, Main.BODY.length);
            exchange.getResponseBody().write(Main.BODY);
            exchange.close();
        });
        if (Main.SET) {
            server.setExecutor(Executors.newCachedThreadPool());
        }
        server.start();
        return server.getAddress().getPort();
    }
}
