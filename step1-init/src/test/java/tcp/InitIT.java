package tcp;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tcp.testkit.Client;
import tcp.testkit.ProgramContract;
import tcp.testkit.ServerProcess;

class InitIT implements ProgramContract {
    @Override
    public void assertServed(InetSocketAddress address) {
        InitContract.assertStaysConnected(address);
    }

    /** It says once that somebody knocks, however many come after that. */
    @Test
    void saysOnceThatSomeoneIsKnocking() {
        try (ServerProcess server = ServerProcess.java("-cp", CLASSES, "tcp.Server", "0");
                Client first = Client.connect(server.address())) {
            server.awaitOutput("that someone is knocking", "Someone is knocking"::equals);
            Client.connect(server.address())
                    .expectNothing(Duration.ofMillis(200))
                    .close();
            server.expectOutput("Listening on port " + server.address().getPort(), "Someone is knocking");
        }
    }
}
