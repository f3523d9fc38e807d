package deadlines;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.step5.HttpContract;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.client.Symptom;
import tcp.testkit.client.UnexpectedResponse;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.server.ServerProgram;
import tcp.testkit.system.Machine;
import tcp.testkit.system.Programs;

/**
 * Deadlines: step 5, and a client has one second to get its next answer. Else the server
 * ends the connection. Answers renew the deadline, bytes do not (CVE-2018-12122).
 */
class DeadlinesTest extends HttpContract {
    /** The clients may have been hung up on by then. */
    @Override
    public int descriptorsHeldFor(int clients) {
        return 2; // the listener and the selector
    }

    /** A silent client is hung up on after a second, not much before, and not much after. */
    @Order(2)
    @Test
    void endsASilentConnection(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            assertEndsAfterASecond(client.lookAt("does select() wake up when the next deadline is over?"));
        }
    }

    private static void assertEndsAfterASecond(Client client) {
        client.expectNothing(Duration.ofMillis(700));
        long start = System.nanoTime();
        client.expectEnd();
        long ms = 700 + (System.nanoTime() - start) / 1_000_000;
        Unmet.unless(ms < 2_500, "its time is over after 1,000 ms. When does the loop look who is late?", """
                A client that said nothing was hung up on after %d ms.""", ms);
    }

    /** Each has a deadline of its own: one that is answered all the time is no help to another. */
    @Order(3)
    @Test
    @Tag("real")
    @Tag("told")
    void endsASilentConnectionWhileOthersAreServed(InetSocketAddress server) {
        AtomicBoolean enough = new AtomicBoolean();
        try (Client busy = Client.connect(server)) {
            var asking = CompletableFuture.runAsync(() -> {
                while (!enough.get()) {
                    busy.send(REQUEST).expect(RESPONSE).pause(Duration.ofMillis(50));
                }
            });
            try (Client silent = Client.connect(server)) {
                assertEndsAfterASecond(silent.lookAt(
                        "is there a deadline for each client, and a look at it while others are served?"));
            } finally {
                enough.set(true);
            }
            asking.join();
        }
    }

    /** The same holds for many, and for those who were served before. */
    @Order(4)
    @Test
    void endsManySilentConnections(InetSocketAddress server) {
        List<Client> clients = Client.connect(server, 100);
        clients.forEach(client -> client.lookAt("is each connection's deadline kept?")
                .send(REQUEST)
                .expect(RESPONSE));
        clients.forEach(Client::expectEnd);
        clients.forEach(Client::close);
    }

    /** A byte now and then is no progress: whoever drips bytes is hung up on as well. */
    @Order(6)
    @Test
    @Tag("real")
    @Tag("told")
    void endsAConnectionThatDripsBytes(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            var dripping = CompletableFuture.runAsync(
                    () -> client.sendInPieces("GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(12), 1, Duration.ofMillis(100)));
            try {
                client.lookAt("what renews the deadline? A byte must not.").expectEnd();
            } catch (UnexpectedResponse e) {
                if (e.symptom() != Symptom.RESET) { // a reset is an end, too
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
    void keepsASlowClientThatIsServed(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("does each answer renew the deadline?");
            for (int i = 0; i < 3; i++) {
                client.send(REQUEST).expect(RESPONSE).pause(Duration.ofMillis(500));
            }
        }
    }

    /** A client that takes no answers renews nothing: its time runs, too. */
    @Order(7)
    @Test
    @Tag("real")
    @Tag("told")
    void endsAConnectionThatTakesNoAnswers(InetSocketAddress server) throws Exception {
        try (Client greedy = Client.connect(server)) {
            var sending = CompletableFuture.runAsync(() -> {
                while (true) {
                    greedy.send(REQUEST.repeat(1_000));
                }
            });
            try {
                sending.get(Client.patience().toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException broken) {
                return; // as it should be
            } catch (TimeoutException e) {
                throw new Unmet(
                        "A client that sends requests and takes no answer is connected for over %d s."
                                .formatted(Client.patience().toSeconds()),
                        "does its deadline run while answers are owed to it?",
                        e);
            } finally {
                greedy.reset(); // ends its send()
            }
        }
    }

    /**
     * The whole process stands still for longer than the deadline, as a laptop does that sleeps.
     * What the clients sent in time is there, and unread: nobody is hung up on who sent it.
     */
    @Order(9)
    @Test
    @Tag("program")
    @Tag("told")
    void answersWhatCameInTimeThoughItStoodStill(ServerProgram program) throws Exception {
        try (ServerProcess process = program.start()) {
            List<Client> clients = Client.connect(process.address(), 20);
            clients.forEach(client -> client.send(REQUEST).expect(RESPONSE));
            signal(process, "STOP");
            clients.forEach(client -> client.send(REQUEST));
            clients.get(0).pause(Duration.ofMillis(1_300));
            signal(process, "CONT");
            clients.forEach(client ->
                    client.lookAt("the process stood still: is what came in time read before anybody is hung up on?"));
            // At once, for one of them: on a slow machine all of them, one after the other, would be late.
            clients.get(0).expect(RESPONSE).send(REQUEST).expect(RESPONSE).close();
            clients.subList(1, 20).forEach(client -> client.expect(RESPONSE).close());
        }
    }

    private static void signal(ServerProcess process, String name) throws Exception {
        Programs.assume("sh");
        try (ServerProcess kill = ServerProcess.command(List.of("sh", "-c", "kill -" + name + " " + process.pid()))) {
            assertThat(kill.awaitExit()).as("exit status of\n" + kill).isZero();
        }
    }

    /** Silent clients that take all descriptors are hung up on, and make room for others. */
    @Order(10)
    @Test
    @Tag("program")
    void makesRoomWhenDescriptorsAreShort(ServerProgram program) {
        try (ServerProcess process = program.startWithDescriptors(64)) {
            List<Client> silent = Client.connect(process.address(), 80);
            try (Client client = Client.connect(process.address())) {
                client.lookAt("accept() failed for a while: does the loop still look who is late?")
                        .send(REQUEST)
                        .expect(RESPONSE);
            }
            silent.forEach(Client::close);
            assertThat(process.err()).as("standard error").isEmpty();
        }
    }

    /** Of a client that takes its many answers late, though in time, no answer is lost. */
    @Override
    @Test
    @Tag("real")
    @Tag("told")
    public void stopsAClientThatDoesNotReadAndLosesNothing(InetSocketAddress server) {
        int count = 100_000;
        try (Client client = Client.connect(server)) {
            var sending = CompletableFuture.runAsync(() -> client.send(REQUEST.repeat(count)));
            client.lookAt("when answers wait for room, are all written, and in time?")
                    .pause(Duration.ofMillis(300))
                    .expect(RESPONSE.repeat(count));
            sending.join();
        }
    }

    /** A head of 2 MB is read and forgotten; for a longer one the second may not be enough. */
    @Override
    @Test
    public void readsAHeadWithoutEndAndKeepsNothing(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("does the server keep, or search again, what it has seen of a request?")
                    .send("GET / HTTP/1.1\r\nA: " + "x".repeat(2 << 20) + "\r\n\r\n")
                    .expect(RESPONSE);
        }
    }

    /** Nor is anything of it in memory then. */
    @Override
    @Test
    @Tag("inside")
    public void keepsNothingOfAHeadWithoutEnd(InProcessServer server) {
        assertServed(server.address());
        long before = Machine.heapInUse();
        try (Client client = Client.connect(server.address())) {
            client.send("GET / HTTP/1.1\r\nA: " + "x".repeat(2 << 20));
            assertServed(server.address());
            long kept = Machine.heapInUse() - before;
            ServerFault.unless(
                    kept <= 1_000_000,
                    ServerFault.Kind.KEEPS_MEMORY,
                    "what does the server keep of a request?",
                    "2 MB of a head without end came, and %d bytes more are in use.",
                    kept);
        }
    }
}
