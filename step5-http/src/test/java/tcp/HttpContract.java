package tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.testkit.Client;
import tcp.testkit.EachStepContract;

/**
 * What step 5 promises: one response for each request head, in order and to the byte,
 * however the bytes of the requests arrive, on a connection that stays open.
 */
public interface HttpContract extends EachStepContract {
    String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    String RESPONSE = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
            + "Connection: keep-alive\r\nContent-Length: 6\r\n\r\nhello\n";

    @Override
    default void assertServed(InetSocketAddress address) {
        assertAnswered(address);
    }

    static void assertAnswered(InetSocketAddress address) {
        try (Client client = Client.connect(address)) {
            client.lookAt("is there one response for each \\r\\n\\r\\n, with CRLF line ends?")
                    .send(REQUEST)
                    .expect(RESPONSE);
        }
    }

    /** A request, a response, and then silence: the connection stays open. */
    @Test
    default void answersARequestAndStaysOpen() {
        try (Client client = Client.connect(address())) {
            client.lookAt("one response for one request, and the connection stays open")
                    .send(REQUEST)
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(100));
            client.send(REQUEST).expect(RESPONSE);
        }
    }

    /** The head of a request is not over before its last byte. */
    @Test
    default void saysNothingBeforeTheHeadIsOver() {
        try (Client client = Client.connect(address())) {
            client.lookAt("a head ends with \\r\\n\\r\\n, not with what looks a bit like it")
                    .send("GET / HTTP/1.1\r\nA: \n\n \n\r\n\rB: \r\r\n\r")
                    .expectNothing(Duration.ofMillis(100))
                    .send("\n")
                    .expect(RESPONSE);
        }
    }

    /** One connection serves many requests. */
    @Test
    default void answers200RequestsOnOneConnection() {
        try (Client client = Client.connect(address())) {
            client.lookAt("after a response, is all state back where it was, and is OP_READ" + " the interest again?");
            for (int i = 0; i < 200; i++) {
                client.send(REQUEST).expect(RESPONSE);
            }
        }
    }

    /** TCP may deliver a request one byte at a time. */
    @Test
    default void answersARequestThatComesByteByByte() {
        try (Client client = Client.connect(address())) {
            client.lookAt("a request may take many reads: what is kept from one to the next?")
                    .sendInPieces(REQUEST + REQUEST, 1, Duration.ofMillis(1))
                    .expect(RESPONSE + RESPONSE);
        }
    }

    /** The four bytes that end a head may come in two reads, cut anywhere. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    default void findsAnEndThatIsCut(int cut) {
        int at = REQUEST.length() - 4 + cut;
        try (Client client = Client.connect(address())) {
            client.lookAt("the end of a head may be cut in two: the search must go on where"
                            + " the read before it stopped")
                    .send(REQUEST.substring(0, at))
                    .pause(Duration.ofMillis(20))
                    .send(REQUEST.substring(at))
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(50));
        }
    }

    /** Almost an end, and then an end: one response each. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\r\n\r\n",
                "\n\r\n\r\n",
                "\r\n\r\r\n\r\n",
                "\r\n\n\r\n\r\n",
                "\r\nx\r\n\r\n",
                "\r\n\rx\r\n\r\n"
            })
    default void findsAnEndAfterWhatLooksLikeOne(String end) {
        try (Client client = Client.connect(address())) {
            client.lookAt("a byte that does not fit may be the first of the real end")
                    .send("GET / HTTP/1.1\r\nA: b" + end)
                    .expect(RESPONSE)
                    .send(REQUEST)
                    .expect(RESPONSE);
        }
    }

    /** Requests that come together in one read, or in a few, are all answered. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 1_000})
    default void answersPipelinedRequests(int count) {
        try (Client client = Client.connect(address())) {
            client.lookAt("one read may hold several requests, and the start of one more")
                    .send(REQUEST.repeat(count) + "GET /")
                    .expect(RESPONSE.repeat(count))
                    .expectNothing(Duration.ofMillis(50));
            client.send(REQUEST.substring(5)).expect(RESPONSE);
        }
    }

    /** The shortest thing that counts as a request, 20,000 times: 1.8 MB of answers. */
    @Test
    default void answersAsManyRequestsAsFitIntoARead() {
        try (Client client = Client.connect(address())) {
            client.lookAt("how many requests fit into one read, and are they all answered?");
            var sending = CompletableFuture.runAsync(() -> client.send("\r\n\r\n".repeat(20_000)));
            client.expect(RESPONSE.repeat(20_000));
            sending.join();
        }
    }

    /** Any cut is fine: a hundred times, requests in pieces of random lengths. */
    @Test
    default void answersRequestsInRandomPieces() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.err.println("Random pieces: to repeat this, use -Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            int count = 1 + random.nextInt(5);
            String rest = REQUEST.repeat(count);
            try (Client client = Client.connect(address())) {
                client.lookAt("try -Dseed=" + seed + "; which cut of a request gets lost?");
                while (!rest.isEmpty()) {
                    int length = 1 + random.nextInt(Math.min(rest.length(), 30));
                    client.send(rest.substring(0, length));
                    client.pause(Duration.ofNanos(random.nextInt(300_000)));
                    rest = rest.substring(length);
                }
                client.expect(RESPONSE.repeat(count));
            }
        }
    }

    /** What is kept of a half-read request belongs to its connection alone. */
    @Test
    default void keepsConnectionsApart() {
        List<Client> clients = Client.connect(address(), 50);
        int cut = REQUEST.length() - 2;
        for (Client client : clients) {
            client.lookAt("is what is known of a half-read request kept for each connection?")
                    .send(REQUEST.substring(0, cut));
        }
        clients.get(0).expectNothing(Duration.ofMillis(100));
        for (Client client : clients) {
            client.send(REQUEST.substring(cut)).expect(RESPONSE).close();
        }
    }

    /** A client that ends its half gets the answers it is owed, however soon it ends. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50})
    default void answersAfterHalfClose(int millis) {
        for (int count : new int[] {1, 1_000}) {
            try (Client client = Client.connect(address())) {
                client.lookAt("does end of stream close a connection that is owed answers?")
                        .send(REQUEST.repeat(count))
                        .pause(Duration.ofMillis(millis))
                        .halfClose()
                        .expect(RESPONSE.repeat(count))
                        .expectEnd();
            }
        }
    }

    /**
     * A client sends up to 50 MB of requests and reads no answer. The server stops
     * reading from it, so its send() blocks, and others are served meanwhile. When it
     * reads at last, every answer is there: they were written in parts, and no part got
     * lost.
     */
    @Test
    default void stopsAClientThatDoesNotReadAndLosesNothing() throws Exception {
        String many = REQUEST.repeat(1_000);
        int most = (50 << 20) / many.length();
        AtomicInteger sent = new AtomicInteger();
        AtomicBoolean enough = new AtomicBoolean();
        try (Client greedy = Client.connect(address())) {
            greedy.lookAt("while answers are owed: is the rest kept, is OP_WRITE asked for,"
                    + " and is nothing read? Else the answers pile up, or"
                    + " get lost.");
            var sending = CompletableFuture.runAsync(() -> {
                while (!enough.get() && sent.get() < most) {
                    greedy.send(many);
                    sent.incrementAndGet();
                }
                greedy.halfClose();
            });
            int before;
            do {
                before = sent.get();
                assertAnswered(address());
                greedy.pause(Duration.ofMillis(300));
            } while (sent.get() > before);
            assertThat(sending)
                    .withFailMessage("The server took 50 MB of requests from a"
                            + " client that read no answer.\nLook at:   does it go on"
                            + " reading while"
                            + " it owes answers? Then they pile up in its memory.")
                    .isNotDone();
            enough.set(true);
            String answers = greedy.receiveAll();
            sending.join();
            assertThat(answers.equals(RESPONSE.repeat(1_000 * sent.get())))
                    .withFailMessage(() -> "To " + 1_000 * sent.get() + " requests came "
                            + answers.length() + " bytes of answers, which are not the "
                            + RESPONSE.length()
                            + " bytes of each, in a row.\nLook at:   what"
                            + " happens to the rest when write() takes only a part?")
                    .isTrue();
        }
    }

    /**
     * A head that never ends is read and forgotten: 20 MB of it, and others are served.
     */
    @Test
    default void readsAHeadWithoutEndAndKeepsNothing() {
        byte[] head = "x".repeat(1 << 20).getBytes();
        try (Client endless = Client.connect(address())) {
            endless.lookAt("does the server keep, or search again, what it has seen of a" + " request?")
                    .send("GET / HTTP/1.1\r\nA: ");
            for (int i = 0; i < 20; i++) {
                endless.send(head);
                assertAnswered(address());
            }
            endless.send("\r\n\r\n").expect(RESPONSE);
        }
    }
}
