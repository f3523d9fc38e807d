package echo;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.client.Flood;
import tcp.testkit.server.CommandLineContract;
import tcp.testkit.server.DescriptorLimitContract;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.Latency;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.RunningServer;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.system.Machine;

/**
 * ECHO (RFC 862): all that a client sends comes back, in order and to the byte, until the
 * client ends its half; and a client that does not read is stopped by back-pressure.
 */
class EchoTest implements ResourceContract, CommandLineContract, DescriptorLimitContract {
    /** A client that has its bytes and stays costs nothing: nothing is owed to it. */
    @Order(3)
    @Test
    @Tag("inside")
    @Tag("told")
    void clientThatStaysCostsNoCpu(InProcessServer server) throws Exception {
        try (Client client = Client.connect(server.address())) {
            client.send("hello\n").expect("hello\n");
            ResourceContract.assertIdle(server, "is OP_WRITE still in the interest set?");
        }
    }

    @Override
    public void assertServed(InetSocketAddress address) {
        assertEchoed(address);
    }

    static void assertEchoed(InetSocketAddress address) {
        try (Client client = Client.connect(address)) {
            client.lookAt("are the bytes that were read written back?")
                    .send("hello\n")
                    .expect("hello\n");
        }
    }

    /** What comes is sent back, and the connection stays open. */
    @Order(1)
    @Test
    void echoesWhatItGets(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("are the bytes that were read written back, and only those?")
                    .send("hello\n")
                    .expect("hello\n")
                    .expectNothing(Duration.ofMillis(100));
            client.send("hello again\n").expect("hello again\n");
        }
    }

    /** Any byte may come, not only text. */
    @Order(2)
    @Test
    void echoesEveryByte(InetSocketAddress server) {
        StringBuilder bytes = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            bytes.append(c);
        }
        try (Client client = Client.connect(server)) {
            client.lookAt("are bytes kept as bytes? A String may change them.")
                    .send(bytes.toString())
                    .expect(bytes.toString());
        }
    }

    /** Bytes may come one at a time. */
    @Order(4)
    @Test
    void echoesByteByByte(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("is a byte that comes alone echoed alone, and does the connection stay?")
                    .sendInPieces("hello\n".repeat(5), 1, Duration.ofMillis(1))
                    .expect("hello\n".repeat(5))
                    .expectNothing(Duration.ofMillis(50));
        }
    }

    /** A client that ends its half gets its bytes, and then end of stream. */
    @Order(5)
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50})
    void echoesAfterHalfClose(int millis, InetSocketAddress server) {
        for (String text : new String[] {"hello\n", "hello\n".repeat(10_000)}) {
            try (Client client = Client.connect(server)) {
                client.lookAt("does end of stream close a connection that is owed bytes?")
                        .send(text)
                        .pause(Duration.ofMillis(millis))
                        .halfClose()
                        .expect(text)
                        .expectEnd();
            }
        }
    }

    /**
     * Two clients send up to 50 MB each and read nothing. The server stops reading from them,
     * and serves others. When they read at last, every byte comes back, and to its sender.
     */
    @Order(6)
    @Test
    @Tag("real")
    @Tag("told")
    void stopsAClientThatDoesNotReadAndLosesNothing(InetSocketAddress server) throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        try (Client one = Client.connect(server);
                Client two = Client.connect(server)) {
            Greedy first = new Greedy(one, 31, enough);
            Greedy second = new Greedy(two, 37, enough);
            int before;
            do {
                before = first.sent.get() + second.sent.get();
                assertOthersEchoed(server);
                one.pause(Duration.ofMillis(200));
            } while (first.sent.get() + second.sent.get() > before);
            first.assertStopped();
            second.assertStopped();
            enough.set(true);
            first.assertEchoed();
            second.assertEchoed();
        }
    }

    /** A client that sends and does not read. Its bytes are such that no two places look alike. */
    private static final class Greedy {
        private final AtomicInteger sent = new AtomicInteger();
        private final Client client;
        private final CompletableFuture<Void> sending;
        private final String piece;

        private Greedy(Client client, int factor, AtomicBoolean enough) {
            byte[] bytes = new byte[65_537];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (i * factor + (i >> 8));
            }
            piece = new String(bytes, StandardCharsets.ISO_8859_1);
            this.client = client.lookAt("what happens to the bytes that write() did not take?");
            sending = CompletableFuture.runAsync(() -> {
                while (!enough.get() && sent.get() < 800) {
                    client.send(piece);
                    sent.incrementAndGet();
                }
                client.halfClose();
            });
        }

        private void assertStopped() {
            if (sending.isDone()) {
                throw new ServerFault(
                        Kind.KEEPS_MEMORY,
                        "The server took 50 MB from a client that reads nothing.",
                        "does it go on reading while it owes bytes? Then they pile up in its memory.");
            }
        }

        private void assertEchoed() {
            String back = client.receiveAll();
            sending.join();
            int count = sent.get() * piece.length();
            Unmet.unless(
                    back.length() == count,
                    "what happens to the bytes that write() did not take?",
                    "Of %d bytes %d came back.",
                    count,
                    back.length());
            Unmet.unless(
                    back.equals(piece.repeat(sent.get())),
                    "where are the bytes that write() did not take, while another client is read?",
                    "As many bytes came back as were sent, but not the same ones.");
        }
    }

    /** Another client, whose bytes would fill any buffer that both share. */
    private void assertOthersEchoed(InetSocketAddress server) {
        String others = "x".repeat(32 * 1024);
        try (Client other = Client.connect(server)) {
            other.lookAt("is another client served while one does not read?")
                    .send(others)
                    .expect(others);
        }
    }

    /** Back-pressure begins at once: what is kept for a client that reads nothing is little. */
    @Order(8)
    @Test
    @Tag("inside")
    void clientThatDoesNotReadCostsNoMemory(InProcessServer server) {
        byte[] bytes = new byte[50 << 20];
        assertServed(server.address());
        long before = Machine.heapInUse();
        Client greedy = Client.connect(server.address());
        var sending = CompletableFuture.runAsync(() -> greedy.send(bytes));
        for (int i = 0; i < 20; i++) {
            assertOthersEchoed(server.address());
            greedy.pause(Duration.ofMillis(10));
        }
        long kept = Machine.heapInUse() - before;
        greedy.reset();
        sending.exceptionally(broken -> null).join();
        assertKept(kept, "A client sends and reads nothing");
    }

    /**
     * What has gone back is forgotten: 13 MB from one client after another, several times. The worst of them counts,
     * since meanwhile something of the tests before may be given back.
     */
    @Order(7)
    @Test
    @Tag("inside")
    void keepsNothingOfWhatItHasEchoed(InProcessServer server) {
        echo13Megabytes(server); // classes are loaded and buffers made meanwhile
        long most = 0;
        for (int i = 0; i < 3; i++) {
            long before = Machine.heapInUse();
            echo13Megabytes(server);
            most = Math.max(most, Machine.heapInUse() - before);
        }
        assertKept(most, "13 MB came and went back");
    }

    private static void echo13Megabytes(InProcessServer server) {
        String bytes = "x".repeat(1_300_000);
        for (int i = 0; i < 10; i++) {
            try (Client client = Client.connect(server.address())) {
                var sending = CompletableFuture.runAsync(() -> client.send(bytes));
                client.expect(bytes);
                sending.join();
            }
        }
    }

    private static void assertKept(long kept, String what) {
        ServerFault.unless(
                kept < 2_000_000,
                Kind.KEEPS_MEMORY,
                "what is kept for a client? Only what write() did not take of a single read.",
                "%s, and %,d bytes more are in use.",
                what,
                kept);
    }

    /** Nothing is sent to a client that has sent nothing; and when it ends, so does the server. */
    @Order(9)
    @Test
    void saysNothingUnasked(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("what does the server do before anything came, and when read() returns -1?")
                    .expectNothing(Duration.ofMillis(50))
                    .halfClose()
                    .expectEnd();
        }
    }

    /** Three clients that have bytes echoed without a pause do not keep a fourth waiting. */
    @Test
    @Tag("real")
    @Tag("told")
    void floodsOfBytesDoNotKeepOthersWaiting(InetSocketAddress server) {
        byte[] bytes = new byte[32 * 1024];
        Latency.check(
                "echo, three floods of bytes",
                () -> assertServed(server),
                () -> Flood.of(3, server, client -> client.send(bytes).receive(bytes.length)));
    }

    @Override
    public void ask(Client client, RunningServer server) {
        client.send("hello\n").expect("hello\n");
    }
}
