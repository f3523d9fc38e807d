package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;

/** The promises of the exercise deadlines, for a server in this process. */
class DeadlinePromises implements DeadlineContract, InProcessContract {
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

    /** The clients may have been hung up on by then. */
    @Override
    public int descriptorsHeldFor(int clients) {
        return 2; // the listener and the selector
    }
}
