package tcp.bench.peers;

import io.undertow.Undertow;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Undertow with its own defaults, answering from its I/O thread as its own first example does. */
final class UndertowServer {
    private UndertowServer() {}

    static int start() {
        Undertow server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(exchange -> {
                    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, Main.TYPE);
                    exchange.getResponseSender().send(ByteBuffer.wrap(Main.BODY));
                })
                .build();
        server.start();
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }
}
