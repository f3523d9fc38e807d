package tcp.step1;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tcp.testkit.client.Client;
import tcp.testkit.server.CommandLineContract;
import tcp.testkit.server.ContainerContract;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.RunningServer;

/** What step 1 promises: a client can connect, and nothing happens to it. */
public class InitContract implements ResourceContract, CommandLineContract, ContainerContract {
    @Override
    public void assertServed(InetSocketAddress server) {
        leavesClientsConnected(server);
    }

    /** The kernel connects the client; the server neither answers nor hangs up. */
    @Order(1)
    @Test
    public void leavesClientsConnected(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("step 1 must leave the client in the kernel's queue")
                    .send("hello\n")
                    .expectNothing(Duration.ofMillis(50));
        }
    }

    /** It says once that somebody knocks, however many come after that. */
    @Order(51)
    @Test
    public void saysOnceThatSomeoneIsKnocking(RunningServer server) {
        try (Client first = Client.connect(server.address())) {
            server.awaitOutput("Someone is knocking");
            leavesClientsConnected(server.address());
            server.expectOutput("Someone is knocking");
        }
    }

    /** Not tried here: nobody is accepted, so thousands of clients would not fit into the queue. */
    @Override
    public void keepsNothingOfClientsThatHaveLeft(InProcessServer server) {}

    @Override
    public int descriptorsHeldFor(int clients) {
        return 2; // the listener and the selector; the clients were never accepted
    }
}
