package tcp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.Client;
import tcp.testkit.Flood;
import tcp.testkit.InProcessContract;
import tcp.testkit.Latency;
import tcp.testkit.ServerExtension;

class WriteTest implements WriteContract, InProcessContract {
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

    /** A client that has its reply and stays costs nothing: nothing is owed to it. */
    @Test
    void clientThatLingersCostsNoCpu() throws Exception {
        try (Client client = Client.connect(address())) {
            client.send("hello\n").expect("Received 6 bytes\n").expectEnd();
            Duration before = server.cpuTime();
            MILLISECONDS.sleep(500); // what is measured, not waited for
            Duration used = server.cpuTime().minus(before);
            assertThat(used).withFailMessage(() -> "The loop used " + used.toMillis()
                    + " ms of CPU in 500 ms after a reply.\nLook at:   is OP_WRITE still in"
                    + " the interest set? A channel is nearly always ready for writing.")
                    .isLessThan(IDLE);
        }
    }

    /** Three clients that never stop sending do not keep a fourth from its reply. */
    @Test
    void floodsOfBytesDoNotKeepOthersWaiting() {
        byte[] bytes = new byte[64 * 1024];
        try (Flood flood = Flood.of(3, address(), client -> client.send(bytes))) {
            Latency.check("Step 4, three floods of bytes", () -> assertServed(address()));
        }
    }

    /** Nor do clients that connect and reset all the time. */
    @Test
    void floodsOfConnectsDoNotKeepOthersWaiting() {
        try (Flood flood = Flood.ofConnects(3, address(), client -> client.reset())) {
            Latency.check("Step 4, three floods of connects",
                    () -> assertServed(address()));
        }
    }
}
