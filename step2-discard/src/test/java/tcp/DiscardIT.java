package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import tcp.testkit.Client;
import tcp.testkit.ProgramContract;
import tcp.testkit.ServerProcess;

class DiscardIT implements ProgramContract {
    @Override
    public void assertServed(InetSocketAddress address) {
        DiscardContract.assertHungUp(address);
    }

    /** It prints where each client came from, a line a client. */
    @Test
    void printsWhoConnected() {
        try (ServerProcess server = ServerProcess.java("-cp", CLASSES, "tcp.Server", "0");
                Client first = Client.connect(server.address()).expectEnd();
                Client second = Client.connect(server.address()).expectEnd()) {
            server.expectOutput(
                    "Listening on port " + server.address().getPort(),
                    "Got connection from " + first.address(),
                    "Got connection from " + second.address());
        }
    }
}
