package crowd;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.HttpContract;
import tcp.Server;
import tcp.testkit.Client;
import tcp.testkit.DescriptorLimitContract;
import tcp.testkit.EachStepContract;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;
import tcp.testkit.ServerProcess;

/**
 * Too many clients: step 5, and at most 100 clients at a time. The others wait in the
 * kernel's queue, connected and unserved, until somebody leaves.
 */
class CrowdTest implements HttpContract, InProcessContract, DescriptorLimitContract {
    private static final int MOST = 100;

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
    @Order(4)
    @Test
    void costsNoCpuWhenItIsFull() throws Exception {
        var clients = Client.connect(address(), MOST + 1);
        clients.subList(0, MOST).forEach(client -> client.send(REQUEST).expect(RESPONSE));
        assertLoopIsIdle("is OP_ACCEPT still in the listener's interest set?");
        clients.forEach(Client::close);
    }

    @Override
    public void assertServed(InetSocketAddress address) {
        HttpContract.super.assertServed(address);
    }

    @Override
    public void ask(Client client, ServerProcess server) {
        ask(client);
    }

    private static void ask(Client client) {
        client.send(REQUEST).expect(RESPONSE);
    }

    /** A hundred at a time are served, again and again. */
    @Order(1)
    @Test
    void servesAHundred() {
        List<Client> clients = Client.connect(address(), MOST);
        for (int i = 0; i < 2; i++) {
            clients.forEach(client -> ask(client.lookAt("are 100 clients served?")));
        }
        clients.forEach(Client::close);
    }

    /** One more is connected by the kernel, and not served; the others still are. */
    @Order(2)
    @Test
    void keepsTheNextOneWaiting() {
        assertFull(Client.connect(address(), MOST)).forEach(Client::close);
    }

    /** Whoever is connected counts, though it has said nothing. */
    @Order(3)
    @Test
    void countsSilentClients() {
        List<Client> silent = Client.connect(address(), MOST);
        assertNextWaits("are clients counted when they are accepted, or only when they ask?");
        silent.forEach(CrowdTest::ask);
        silent.forEach(Client::close);
    }

    /** Fills the server up, and checks that it is full. */
    private List<Client> assertFull(List<Client> clients) {
        clients.forEach(client -> ask(client.lookAt("are 100 clients served?")));
        assertNextWaits("is there a cap, and is the next client left in the queue?");
        ask(clients.get(0));
        return clients;
    }

    private void assertNextWaits(String lookAt) {
        try (Client next = Client.connect(address())) {
            next.lookAt(lookAt).send(REQUEST).expectNothing(Duration.ofMillis(200));
        }
    }

    /** When one closes, the next is served. */
    @Order(5)
    @Test
    void letsTheNextInWhenOneCloses() {
        letsTheNextIn(Client::close);
    }

    /** When one breaks off with a reset, the next is served as well. */
    @Order(6)
    @Test
    void letsTheNextInWhenOneResets() {
        letsTheNextIn(Client::reset);
    }

    private void letsTheNextIn(Consumer<Client> leave) {
        List<Client> inside = Client.connect(address(), MOST);
        inside.forEach(CrowdTest::ask);
        List<Client> waiting = Client.connect(address(), 20);
        waiting.forEach(client -> client.send(REQUEST));
        for (int i = 0; i < 20; i++) {
            leave.accept(inside.get(i));
            waiting.get(i)
                    .lookAt("does OP_ACCEPT come back when somebody has left?")
                    .expect(RESPONSE);
        }
        inside.forEach(Client::close);
        waiting.forEach(Client::close);
    }

    /** After 300 clients that reset, the cap is still 100: none is counted twice. */
    @Order(7)
    @Test
    void countsRightAfterResets() {
        EachStepContract.resetMany(address());
        assertFull(Client.connect(address(), MOST)).forEach(Client::close);
    }

    /** Nor is one forgotten: clients leave in all ways, and a hundred have room again. */
    @Order(8)
    @Test
    void countsRightWhateverTheWayOut() {
        Client.connect(address(), 50).forEach(Client::close);
        for (Client client : Client.connect(address(), 50)) {
            client.send(REQUEST).halfClose().expect(RESPONSE).expectEnd().close();
        }
        for (Client client : Client.connect(address(), 50)) {
            client.send(REQUEST.repeat(2_000)).reset(); // while it is owed answers
        }
        assertFull(Client.connect(address(), MOST)).forEach(Client::close);
    }

    /** Whoever gives up while it waits is let in and has left: the one behind it is next. */
    @Order(9)
    @Test
    void letsTheNextInThoughOneGaveUp() {
        List<Client> inside = Client.connect(address(), MOST);
        inside.forEach(CrowdTest::ask);
        Client.connect(address()).close();
        Client.connect(address()).reset();
        try (Client next = Client.connect(address())) {
            next.send(REQUEST).expectNothing(Duration.ofMillis(50));
            inside.get(0).close();
            next.lookAt("the one before it had left already: is OP_ACCEPT there for the next one?")
                    .expect(RESPONSE);
        }
        inside.forEach(Client::close);
    }

    /** Two hundred come: a hundred are served, and the others when those have left. */
    @Override
    @Test
    public void manyClientsAtOnceAreAllServed() {
        List<Client> first = Client.connect(address(), MOST);
        List<Client> second = Client.connect(address(), MOST);
        first.forEach(CrowdTest::ask);
        first.forEach(Client::close);
        second.forEach(client -> ask(client.lookAt("are those served who waited?")));
        second.forEach(Client::close);
        assertServed(address());
    }
}
