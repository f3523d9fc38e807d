package sigterm;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tcp.HttpContract;
import tcp.testkit.BrokenPromise;
import tcp.testkit.Client;
import tcp.testkit.ProgramContract;
import tcp.testkit.ServerProcess;

/**
 * Stopping well: on SIGTERM a server answers what is under way, says Connection: close with
 * its last answer to each client, and ends within a second or so.
 */
class SigtermTest {
    private static final String REQUEST = HttpContract.REQUEST;
    private static final String RESPONSE = HttpContract.RESPONSE;
    private static final String LAST_RESPONSE = RESPONSE.replace("keep-alive", "close");

    private ServerProcess server;

    @BeforeEach
    void start() {
        server = ServerProcess.java("-cp", ProgramContract.CLASSES, "tcp.Server", "0");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** A request that is half sent when SIGTERM comes is answered; then it ends. */
    @Order(2)
    @Test
    void answersARequestThatIsHalfSent() {
        try (Client client = Client.connect(server.address())) {
            client.lookAt("does SIGTERM leave time for a request that is under way?")
                    .send(REQUEST)
                    .expect(RESPONSE)
                    .send(REQUEST.substring(0, 10));
            terminate();
            client.send(REQUEST.substring(10)).expect(LAST_RESPONSE).expectEnd();
        }
    }

    /** A client that was idle may have sent its next request just now: it is answered. */
    @Order(1)
    @Test
    void answersTheNextRequestOfAnIdleClient() {
        try (Client client = Client.connect(server.address())) {
            client.lookAt("do idle clients have a moment for their next request?")
                    .send(REQUEST)
                    .expect(RESPONSE);
            terminate();
            client.send(REQUEST).expect(LAST_RESPONSE).expectEnd();
        }
    }

    /** A client that takes its many answers late gets each of them whole. */
    @Order(4)
    @Test
    void finishesAnswersThatAreUnderWay() {
        try (Client client = Client.connect(server.address())) {
            var sending = CompletableFuture.runAsync(() -> client.send(REQUEST.repeat(200_000)));
            client.lookAt("are answers finished that are under way?")
                    .expect(RESPONSE)
                    .pause(Duration.ofMillis(500)); // until the kernel's buffers are full
            terminate();
            String rest = client.receiveAll();
            sending.exceptionally(broken -> null).join();
            int whole = (rest.length() - LAST_RESPONSE.length()) / RESPONSE.length();
            assertThat(rest.equals(RESPONSE.repeat(Math.max(0, whole)) + LAST_RESPONSE))
                    .withFailMessage(() -> "After SIGTERM came " + rest.length()
                            + " bytes, which are not whole answers with Connection: close"
                            + " in the last.\nLook at:   is what is owed written before"
                            + " the connection ends?")
                    .isTrue();
        }
    }

    /** A client that says nothing does not keep the server: it ends in a second or so. */
    @Order(3)
    @Test
    void endsThoughAClientIsSilent() throws Exception {
        try (Client silent = Client.connect(server.address())) {
            try (Client other = Client.connect(server.address())) {
                other.send(REQUEST).expect(RESPONSE);
            }
            terminate();
            silent.lookAt("is there a limit to how long it waits for its clients?")
                    .expectEnd();
        }
        server.awaitExit();
    }

    /** Eight clients ask without a pause. Not one request goes unanswered. */
    @Order(5)
    @Test
    void losesNoRequestOfManyClients() {
        List<CompletableFuture<Void>> asking = new ArrayList<>();
        CompletableFuture<Void> started = new CompletableFuture<>();
        for (int i = 0; i < 8; i++) {
            Client client = Client.connect(server.address());
            client.send(REQUEST).expect(RESPONSE);
            CompletableFuture<Void> done = new CompletableFuture<>();
            asking.add(done);
            Thread thread = new Thread(() -> {
                try (client) {
                    askUntilTheLast(client, started);
                    done.complete(null);
                } catch (Throwable e) {
                    done.completeExceptionally(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
        started.join();
        server.terminate();
        for (CompletableFuture<Void> client : asking) {
            try {
                client.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof BrokenPromise broken) {
                    throw broken;
                }
                throw e;
            }
        }
    }

    /** Sends SIGTERM, and waits until it has arrived: new clients are refused. */
    private void terminate() {
        InetSocketAddress address = server.address();
        server.terminate();
        long start = System.nanoTime();
        while (System.nanoTime() - start < Client.PATIENCE.toNanos()) {
            try {
                Client.connect(address).pause(Duration.ofMillis(10)).close();
            } catch (AssertionError refused) {
                return;
            }
        }
        throw new AssertionError("5 s after SIGTERM new clients can still connect."
                + "\nLook at:   does the listener close when SIGTERM comes?");
    }

    private static void askUntilTheLast(Client client, CompletableFuture<Void> started) {
        client.lookAt("is each request answered, until Connection: close?");
        for (int i = 0; ; i++) {
            byte[] head = client.send(REQUEST).receive(LAST_RESPONSE.length());
            if (new String(head).equals(LAST_RESPONSE)) {
                client.expectEnd();
                return;
            }
            client.expect(RESPONSE.substring(LAST_RESPONSE.length()));
            if (i == 20) {
                started.complete(null);
            }
        }
    }
}
