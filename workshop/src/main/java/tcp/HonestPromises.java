package tcp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.Client;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;

/** The promises of the exercise http, for a server in this process. */
class HonestPromises implements HonestContract, InProcessContract {
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

    /** A client that has its answer and stays costs nothing: nothing is owed to it. */
    @Test
    void clientThatStaysCostsNoCpu() throws Exception {
        try (Client client = Client.connect(address())) {
            client.send(GET).expect(RESPONSE);
            Duration before = server.cpuTime();
            MILLISECONDS.sleep(500); // what is measured, not waited for
            Duration used = server.cpuTime().minus(before);
            assertThat(used).withFailMessage(() -> "The loop used " + used.toMillis()
                    + " ms of CPU in 500 ms after an answer.\nLook at:   is"
                    + " OP_WRITE still in the interest set?").isLessThan(IDLE);
        }
    }
}
