package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.ServerExtension;

/** The promises of the exercise loops, for a server in this process. */
class LoopsPromises implements LoopsContract {
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

    /** One client was served by one loop; another loop may not have accepted its own. */
    @Override
    public int descriptorsHeldFor(int clients) {
        return 3; // a listener, and the selectors
    }
}
