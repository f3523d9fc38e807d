package tcp.bench.peers;

import java.io.IOException;
import java.util.List;
import org.microhttp.EventLoop;
import org.microhttp.Header;
import org.microhttp.NoopLogger;
import org.microhttp.Options;
import org.microhttp.OptionsBuilder;
import org.microhttp.Response;

/** microhttp with one event loop for the connections, beside the one that accepts. */
final class Microhttp {
    private Microhttp() {}

    static int start() throws IOException {
        Options options = OptionsBuilder.newBuilder()
                .withHost("127.0.0.1")
                .withPort(0)
                .withConcurrency(1)
                .withAcceptLength(1024)
                .build();
        // It adds Content-Length itself.
        Response response = new Response(
                200,
                "OK",
                List.of(new Header("Content-Type", Main.TYPE), new Header("Connection", "keep-alive")),
                Main.BODY);
        EventLoop loop =
                new EventLoop(options, NoopLogger.instance(), (request, callback) -> callback.accept(response));
        loop.start();
        return loop.getPort();
    }
}
