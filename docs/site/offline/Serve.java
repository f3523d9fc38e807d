import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Shows the site in this folder, with no network: java Serve.java, and then the address that it prints. */
public class Serve {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript",
            "css", "text/css",
            "svg", "image/svg+xml",
            "json", "application/json",
            "txt", "text/plain; charset=utf-8");

    public static void main(String[] args) throws IOException {
        int port = args.length == 0 ? 8000 : Integer.parseInt(args[0]);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", Serve::answer);
        server.start();
        System.out.println("Open http://localhost:" + server.getAddress().getPort() + "/ (Ctrl-C ends it)");
    }

    private static void answer(HttpExchange exchange) throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        Path file = folder.resolve("." + exchange.getRequestURI().getPath()).normalize();
        if (Files.isDirectory(file)) {
            file = file.resolve("index.html");
        }
        boolean found = file.startsWith(folder) && Files.isRegularFile(file);
        byte[] body = Files.readAllBytes(found ? file : folder.resolve("404.html"));
        String name = found ? file.getFileName().toString() : "404.html";
        String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(found ? 200 : 404, exchange.getRequestMethod().equals("HEAD") ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
