package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.Client;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;

/** The promises of the exercise crowd, for a server in this process. */
class CrowdPromises implements CrowdContract, InProcessContract {
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

    /** A full server with one client at the door is idle. */
    @Test
    void costsNoCpuWhenItIsFull() throws Exception {
        var clients = Client.connect(address(), MOST + 1);
        clients.subList(0, MOST)
                .forEach(client -> client.send(HttpContract.REQUEST).expect(HttpContract.RESPONSE));
        assertLoopIsIdle("is OP_ACCEPT still in the listener's interest set?");
        clients.forEach(Client::close);
    }
}
