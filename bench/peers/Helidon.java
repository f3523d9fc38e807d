import io.helidon.webserver.WebServer;

/** Helidon with its own defaults: a virtual thread for each connection. Started from source, since it needs JDK 21. */
public final class Helidon {
    private Helidon() {}

    public static void main(String[] args) {
        byte[] body = "hello\n".getBytes();
        WebServer server = WebServer.builder()
                .port(0)
                .routing(routing -> routing.get("/", (request, response) -> response.send(body)))
                .build()
                .start();
        System.out.println("Listening on port " + server.port());
    }
}
