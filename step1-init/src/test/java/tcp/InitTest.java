package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;

class InitTest implements InitContract, InProcessContract {
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

    @Override
    public int descriptorsHeldFor(int clients) {
        return 2; // the listener and the selector; the clients were never accepted
    }
}
