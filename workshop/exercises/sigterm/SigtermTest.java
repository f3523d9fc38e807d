package sigterm;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.step5.HttpContract;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.client.UnexpectedResponse;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.server.ServerProgram;
import tcp.testkit.system.Programs;

/**
 * Stopping well: on SIGTERM a server answers what is under way, says Connection: close with
 * its last answer to each client, and ends within a second or so. Before that it does what
 * step 5 does.
 */
class SigtermTest extends HttpContract {
    private static final String LAST_RESPONSE = RESPONSE.replace("keep-alive", "close");

    /** A client that was idle may have sent its next request just now: it is answered. */
    @Order(1)
    @Test
    @Tag("program")
    void answersTheNextRequestOfAnIdleClient(ServerProgram program) {
        try (ServerProcess process = program.start();
                Client client = Client.connect(process.address())) {
            client.lookAt("do idle clients have a moment for their next request?")
                    .send(REQUEST)
                    .expect(RESPONSE);
            terminate(process);
            client.send(REQUEST).expect(LAST_RESPONSE).expectEnd();
        }
    }

    /** A request that is half sent when SIGTERM comes is answered; then it ends. */
    @Order(2)
    @Test
    @Tag("program")
    @Tag("told")
    void answersARequestThatIsHalfSent(ServerProgram program) {
        try (ServerProcess process = program.start();
                Client client = Client.connect(process.address())) {
            client.lookAt("does SIGTERM leave time for a request that is under way?")
                    .send(REQUEST)
                    .expect(RESPONSE)
                    .send(REQUEST.substring(0, REQUEST.length() - 2));
            terminate(process);
            client.send(REQUEST.substring(REQUEST.length() - 2))
                    .expect(LAST_RESPONSE)
                    .expectEnd();
        }
    }

    /** Of several requests only the last is told that it is the last; what follows is dropped. */
    @Order(3)
    @Test
    @Tag("program")
    @Tag("told")
    void saysCloseInTheLastAnswerOnly(ServerProgram program) {
        try (ServerProcess process = program.start();
                Client client = Client.connect(process.address())) {
            client.send(REQUEST).expect(RESPONSE);
            terminate(process);
            client.lookAt("is the last answer of a read the only one that says close, and the last of all?")
                    .send(REQUEST.repeat(3))
                    .expect(RESPONSE + RESPONSE + LAST_RESPONSE)
                    .expectEnd()
                    .send("x".repeat(1 << 20))
                    .expectEnd();
        }
    }

    /** A client that says nothing does not keep the server, nor does one that has been answered. */
    @Order(4)
    @Test
    @Tag("program")
    @Tag("told")
    void endsThoughAClientIsSilent(ServerProgram program) throws Exception {
        try (ServerProcess process = program.start();
                Client silent = Client.connect(process.address());
                Client other = Client.connect(process.address())) {
            other.send(REQUEST).expect(RESPONSE);
            terminate(process);
            double share = process.cpuShareAtRest(0.3, 2); // in a second it has ended
            ServerFault.unless(
                    share <= 0.3,
                    ServerFault.Kind.SPINS,
                    "does the loop sleep in select() while it stops, too?",
                    "While it waits for its clients, the server uses %.2f of a CPU.",
                    share);
            silent.lookAt("is there a limit to how long it waits for its clients?")
                    .expectEnd();
            process.awaitExit();
            assertThat(process.err()).as("standard error after SIGTERM").isEmpty();
        }
    }

    /** Nobody is there, or the last has left: there is nothing to wait for. */
    @Order(5)
    @Test
    @Tag("program")
    @Tag("told")
    void endsAtOnceWhenNobodyIsThere(ServerProgram program) throws Exception {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < 3 && shortest > 800; i++) { // a busy machine is slow; not three times
            try (ServerProcess process = program.start()) {
                assertServed(process.address());
                Thread.sleep(100); // until the loop sleeps, too
                long start = System.nanoTime();
                process.terminate();
                process.awaitExit(Client.patience());
                shortest = Math.min(shortest, (System.nanoTime() - start) / 1_000_000);
            }
        }
        Unmet.unless(
                shortest < 800, "when no client is left, who ends the loop before its second is over?", """
                Nobody is connected, and after SIGTERM the server takes %d ms to end.""", shortest);
    }

    /** A client that takes its many answers late gets each of them whole. */
    @Order(6)
    @Test
    @Tag("program")
    @Tag("told")
    void finishesAnswersThatAreUnderWay(ServerProgram program) {
        try (ServerProcess process = program.start();
                Client client = Client.connect(process.address())) {
            var sending = CompletableFuture.runAsync(() -> client.send(REQUEST.repeat(200_000)));
            client.lookAt("are answers finished that are under way?")
                    .expect(RESPONSE)
                    .pause(Duration.ofMillis(300)); // until the kernel's buffers are full
            terminate(process);
            String rest = client.receiveAll();
            sending.exceptionally(broken -> null).join();
            int whole = (rest.length() - LAST_RESPONSE.length()) / RESPONSE.length();
            Unmet.unless(
                    rest.equals(RESPONSE.repeat(Math.max(0, whole)) + LAST_RESPONSE),
                    "is what is owed written before the connection ends?",
                    "After SIGTERM came %d bytes, which are not whole answers with Connection: close in the last.",
                    rest.length());
        }
    }

    /**
     * Clients that the kernel has connected, and the server has not accepted, have sent their
     * request as well. To close the listener would reset them. They are so many that SIGTERM
     * finds most of them still waiting.
     */
    @Order(7)
    @Test
    @Tag("program")
    @Tag("told")
    void answersThoseWhoWaitToBeAccepted(ServerProgram program) throws Exception {
        try (ServerProcess process = program.start()) {
            assertServed(process.address());
            signal(process, "STOP");
            List<Client> clients = Client.connect(process.address(), 800);
            clients.forEach(client -> client.send(REQUEST));
            process.terminate();
            signal(process, "CONT");
            for (Client client : clients) {
                client.lookAt("is everybody accepted who waits in the queue, before the listener is closed?");
                String answer = new String(client.receive(LAST_RESPONSE.length()));
                if (!answer.equals(LAST_RESPONSE)) { // it came before the signal
                    assertThat(answer).isEqualTo(RESPONSE.substring(0, answer.length()));
                    client.receive(RESPONSE.length() - answer.length());
                }
            }
            clients.forEach(Client::close);
        }
    }

    private static void signal(ServerProcess process, String name) throws Exception {
        Programs.assume("sh");
        try (ServerProcess kill = ServerProcess.command(List.of("sh", "-c", "kill -" + name + " " + process.pid()))) {
            assertThat(kill.awaitExit()).as("exit status of\n" + kill).isZero();
        }
    }

    /** Without a descriptor left, accept() fails while it stops as well, and ends nobody's answers. */
    @Order(8)
    @Test
    @Tag("program")
    @Tag("told")
    void stopsWellWithoutDescriptors(ServerProgram program) throws Exception {
        try (ServerProcess process = program.startWithDescriptors(64)) {
            List<Client> live = Client.connect(process.address(), 20);
            live.forEach(client -> client.send(REQUEST).expect(RESPONSE));
            List<Client> others = Client.connect(process.address(), 100);
            process.terminate();
            askUntilTheLast(live.get(0), new CompletableFuture<>()); // so SIGTERM has arrived
            for (Client client : live.subList(1, 20)) {
                client.lookAt("accept() fails while it stops: does that end those who were accepted before?")
                        .send(REQUEST)
                        .expect(LAST_RESPONSE)
                        .expectEnd()
                        .close();
            }
            others.forEach(Client::close);
            process.awaitExit();
            assertThat(process.err()).as("standard error after SIGTERM").isEmpty();
        }
    }

    /** Eight clients ask without a pause. Not one request goes unanswered. */
    @Order(9)
    @Test
    @Tag("program")
    void losesNoRequestOfManyClients(ServerProgram program) {
        List<CompletableFuture<Void>> asking = new ArrayList<>();
        CompletableFuture<Void> started = new CompletableFuture<>();
        try (ServerProcess process = program.start()) {
            for (int i = 0; i < 8; i++) {
                Client client = Client.connect(process.address());
                client.send(REQUEST).expect(RESPONSE);
                asking.add(CompletableFuture.runAsync(
                        () -> askUntilTheLast(client, started), task -> new Thread(task, "client").start()));
            }
            started.join();
            process.terminate();
            asking.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            if (e.getCause() instanceof UnexpectedResponse broken) {
                throw broken;
            }
            throw e;
        }
    }

    private static void askUntilTheLast(Client client, CompletableFuture<Void> started) {
        client.lookAt("is each request answered, until Connection: close?");
        try (client) {
            for (int i = 0; ; i++) {
                String head = new String(client.send(REQUEST).receive(LAST_RESPONSE.length()));
                if (head.equals(LAST_RESPONSE)) {
                    client.expectEnd();
                    return;
                }
                client.expect(RESPONSE.substring(LAST_RESPONSE.length()));
                if (i == 20) {
                    started.complete(null);
                }
            }
        } finally {
            started.complete(null);
        }
    }

    /** Sends SIGTERM, and waits until it has arrived: new clients are refused. */
    private static void terminate(ServerProcess process) {
        InetSocketAddress address = process.address();
        process.terminate();
        long start = System.nanoTime();
        while (System.nanoTime() - start < Client.patience().toNanos()) {
            try {
                Client.connect(address).pause(Duration.ofMillis(10)).close();
            } catch (AssertionError refused) {
                return;
            }
        }
        throw new Unmet(
                "%d s after SIGTERM new clients can still connect."
                        .formatted(Client.patience().toSeconds()),
                "does the listener close when SIGTERM comes?",
                null);
    }
}
