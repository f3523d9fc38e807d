package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.Flood;
import tcp.testkit.InProcessContract;
import tcp.testkit.Latency;
import tcp.testkit.ServerExtension;

class ReadTest implements ReadContract, InProcessContract {
    @RegisterExtension
    final ServerExtension<Server> server = new ServerExtension<>(() -> new Server(0),
            Server::port, Server::run);

    @Override
    public ServerExtension<?> server() {
        return server;
    }

    @Override
    public InetSocketAddress address() {
        return server.address();
    }

    /** Three clients that never stop sending do not keep a fourth from being served. */
    @Test
    void floodsOfBytesDoNotKeepOthersWaiting() {
        byte[] bytes = new byte[64 * 1024];
        try (Flood flood = Flood.of(3, address(), client -> client.send(bytes))) {
            Latency.check("Step 3, three floods of bytes", () -> assertServed(address()));
        }
    }

    /** Nor do clients that connect and reset all the time. */
    @Test
    void floodsOfConnectsDoNotKeepOthersWaiting() {
        try (Flood flood = Flood.ofConnects(3, address(), client -> client.reset())) {
            Latency.check("Step 3, three floods of connects",
                    () -> assertServed(address()));
        }
    }
}
