package deadlines;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.HttpContract;
import tcp.Server;
import tcp.testkit.BrokenPromise;
import tcp.testkit.Client;
import tcp.testkit.EachStepContract;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;

/**
 * Deadlines: step 5, and a client has one second to get its next answer. Else the server
 * ends the connection. Answers renew the deadline, bytes do not (CVE-2018-12122).
 */
class DeadlinesTest implements EachStepContract, InProcessContract {
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

    @Override
    public void assertServed(InetSocketAddress address) {
        HttpContract.assertAnswered(address);
    }

    /** A request is answered, and the connection is there for the next. */
    @Order(1)
    @Test
    void answersAsBefore() {
        try (Client client = Client.connect(address())) {
            client.lookAt("step 5's answers stay as they were")
                    .send(HttpContract.REQUEST)
                    .expect(HttpContract.RESPONSE)
                    .send(HttpContract.REQUEST)
                    .expect(HttpContract.RESPONSE);
        }
    }

    /** Who says nothing is hung up on after a second, and not much before. */
    @Order(2)
    @Test
    void endsASilentConnection() {
        try (Client client = Client.connect(address())) {
            client.lookAt("does select() wake up when the next deadline is over?")
                    .expectNothing(Duration.ofMillis(700))
                    .expectEnd();
        }
    }

    /** The same holds for many, and for those who were served before. */
    @Order(4)
    @Test
    void endsManySilentConnections() {
        List<Client> clients = Client.connect(address(), 100);
        clients.forEach(client -> client.lookAt("is each connection's deadline kept?")
                .send(HttpContract.REQUEST)
                .expect(HttpContract.RESPONSE));
        clients.forEach(Client::expectEnd);
        clients.forEach(Client::close);
    }

    /** A byte now and then is no progress: whoever drips bytes is hung up on as well. */
    @Order(6)
    @Test
    void endsAConnectionThatDripsBytes() {
        try (Client client = Client.connect(address())) {
            var dripping = CompletableFuture.runAsync(
                    () -> client.sendInPieces("GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(12), 1, Duration.ofMillis(100)));
            try {
                client.lookAt("what renews the deadline? A byte must not.").expectEnd();
            } catch (BrokenPromise e) {
                if (!e.seen().happened().contains("broke")) { // a reset is an end, too
                    throw e;
                }
            }
            client.close();
            dripping.exceptionally(broken -> null).join();
        }
    }

    /** Slow is not dead: who gets an answer every half second stays. */
    @Order(5)
    @Test
    void keepsASlowClientThatIsServed() {
        try (Client client = Client.connect(address())) {
            client.lookAt("does each answer renew the deadline?");
            for (int i = 0; i < 5; i++) {
                client.send(HttpContract.REQUEST).expect(HttpContract.RESPONSE).pause(Duration.ofMillis(500));
            }
        }
    }

    /** Who takes no answers gets no answers through: its time runs, too. */
    @Order(7)
    @Test
    void endsAConnectionThatTakesNoAnswers() throws Exception {
        try (Client greedy = Client.connect(address())) {
            var sending = CompletableFuture.runAsync(() -> {
                while (true) {
                    greedy.send(HttpContract.REQUEST.repeat(1_000));
                }
            });
            try {
                sending.get(Client.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException broken) {
                return; // as it should be
            } catch (TimeoutException e) {
                throw new AssertionError(
                        "A client that sends requests and takes no"
                                + " answer is connected for over 5 s.\nLook at:   does its"
                                + " deadline run while answers are owed to it?",
                        e);
            } finally {
                greedy.reset(); // ends its send()
            }
        }
    }
}
