package crowd;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.step5.HttpContract;
import tcp.testkit.client.Client;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.RobustnessContract;

/**
 * Too many clients: step 5, and at most 100 clients at a time. The others wait in the
 * kernel's queue, connected and unserved, until somebody leaves.
 */
class CrowdTest extends HttpContract {
    private static final int MOST = 100;

    /** A full server with one client at the door is idle. */
    @Order(4)
    @Test
    @Tag("inside")
    @Tag("told")
    void costsNoCpuWhenItIsFull(InProcessServer server) throws Exception {
        var clients = Client.connect(server.address(), MOST + 1);
        clients.subList(0, MOST).forEach(client -> client.send(REQUEST).expect(RESPONSE));
        ResourceContract.assertIdle(server, "is OP_ACCEPT still in the listener's interest set?");
        ResourceContract.assertAsleep(
                server, "does select() have a time limit when the server is full? Who leaves wakes it up.");
        clients.forEach(Client::close);
    }

    private static void ask(Client client) {
        client.send(REQUEST).expect(RESPONSE);
    }

    /** A hundred at a time are served, again and again. */
    @Order(1)
    @Test
    void servesAHundred(InetSocketAddress server) {
        List<Client> clients = Client.connect(server, MOST);
        for (int i = 0; i < 2; i++) {
            clients.forEach(client -> ask(client.lookAt("are 100 clients served?")));
        }
        clients.forEach(Client::close);
    }

    /** One more is connected by the kernel, and not served; the others still are. */
    @Order(2)
    @Test
    void keepsTheNextOneWaiting(InetSocketAddress server) {
        assertFull(server, Client.connect(server, MOST)).forEach(Client::close);
    }

    /** Whoever is connected counts, though it has said nothing. */
    @Order(3)
    @Test
    void countsSilentClients(InetSocketAddress server) {
        List<Client> silent = Client.connect(server, MOST);
        assertNextWaits(server, "are clients counted when they are accepted, or only when they ask?");
        silent.forEach(CrowdTest::ask);
        silent.forEach(Client::close);
    }

    /** Fills the server up, and checks that it is full. */
    private List<Client> assertFull(InetSocketAddress server, List<Client> clients) {
        clients.forEach(client -> ask(client.lookAt("are 100 clients served?")));
        assertNextWaits(server, "is there a cap, and is the next client left in the queue?");
        ask(clients.get(0));
        return clients;
    }

    private void assertNextWaits(InetSocketAddress server, String lookAt) {
        try (Client next = Client.connect(server)) {
            next.lookAt(lookAt).send(REQUEST).expectNothing(Duration.ofMillis(200));
        }
    }

    /** When one closes, the next is served. */
    @Order(5)
    @Test
    void letsTheNextInWhenOneCloses(InetSocketAddress server) {
        letsTheNextIn(server, Client::close);
    }

    /** When one breaks off with a reset, the next is served as well. */
    @Order(6)
    @Test
    void letsTheNextInWhenOneResets(InetSocketAddress server) {
        letsTheNextIn(server, Client::reset);
    }

    private void letsTheNextIn(InetSocketAddress server, Consumer<Client> leave) {
        List<Client> inside = Client.connect(server, MOST);
        inside.forEach(CrowdTest::ask);
        List<Client> waiting = Client.connect(server, 20);
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
    void countsRightAfterResets(InetSocketAddress server) {
        RobustnessContract.resetMany(server);
        assertFull(server, Client.connect(server, MOST)).forEach(Client::close);
    }

    /** Nor is one forgotten: clients leave in all ways, and a hundred have room again. */
    @Order(8)
    @Test
    void countsRightWhateverTheWayOut(InetSocketAddress server) {
        Client.connect(server, 50).forEach(Client::close);
        for (Client client : Client.connect(server, 50)) {
            client.send(REQUEST).halfClose().expect(RESPONSE).expectEnd().close();
        }
        for (Client client : Client.connect(server, 50)) {
            client.send(REQUEST.repeat(2_000)).reset(); // while it is owed answers
        }
        assertFull(server, Client.connect(server, MOST)).forEach(Client::close);
    }

    /** A client that gives up while it waits takes nobody's place: the one behind it is next. */
    @Order(9)
    @Test
    void letsTheNextInThoughOneGaveUp(InetSocketAddress server) {
        List<Client> inside = Client.connect(server, MOST);
        inside.forEach(CrowdTest::ask);
        Client.connect(server).close();
        Client.connect(server).reset();
        try (Client next = Client.connect(server)) {
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
    public void servesManyClientsAtOnce(InetSocketAddress server) {
        List<Client> first = Client.connect(server, MOST);
        List<Client> second = Client.connect(server, MOST);
        first.forEach(CrowdTest::ask);
        first.forEach(Client::close);
        second.forEach(client -> ask(client.lookAt("are those served who waited?")));
        second.forEach(Client::close);
        assertServed(server);
    }
}
