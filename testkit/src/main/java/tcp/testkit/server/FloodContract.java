package tcp.testkit.server;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.testkit.client.Client;
import tcp.testkit.client.Flood;

/** What a server that reads promises to one client while others send and connect without a pause. */
public interface FloodContract {
    /** Connects, and checks that it is served as the step promises. */
    void assertServed(InetSocketAddress server);

    /** Three clients that never stop sending do not keep a fourth from being served. */
    @Order(80)
    @Test
    @Tag("real")
    @Tag("told")
    default void servesOthersDuringFloodsOfBytes(InetSocketAddress server) {
        byte[] bytes = new byte[64 * 1024];
        Latency.check(
                "Three floods of bytes",
                () -> assertServed(server),
                () -> Flood.of(3, server, client -> client.send(bytes)));
    }

    /** Nor do clients that connect and reset all the time. */
    @Order(81)
    @Test
    @Tag("real")
    default void servesOthersDuringFloodsOfConnects(InetSocketAddress server) {
        Latency.check(
                "Three floods of connects",
                () -> assertServed(server),
                () -> Flood.ofConnects(3, server, Client::reset));
    }
}
