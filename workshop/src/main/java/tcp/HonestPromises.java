package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.Client;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;

/** The promises of the exercise http, for a server in this process. */
class HonestPromises implements HonestContract, InProcessContract {
    @RegisterExtension
    final ServerExtension<Server> server = new ServerExtension<>(() -> new Server(0), Server::port, Server::run);

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
            assertLoopIsIdle("is OP_WRITE still in the interest set?");
        }
    }
}
