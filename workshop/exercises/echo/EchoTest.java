package echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.Server;
import tcp.testkit.Client;
import tcp.testkit.EachStepContract;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;

/**
 * ECHO (RFC 862): all that a client sends comes back, in order and to the byte, until the
 * client ends its half; and a client that does not read is stopped by back-pressure.
 */
class EchoTest implements EachStepContract, InProcessContract {
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

    /** A client that has its bytes and stays costs nothing: nothing is owed to it. */
    @Order(3)
    @Test
    void clientThatStaysCostsNoCpu() throws Exception {
        try (Client client = Client.connect(address())) {
            client.send("hello\n").expect("hello\n");
            assertLoopIsIdle("is OP_WRITE still in the interest set?");
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
    void echoesWhatItGets() {
        try (Client client = Client.connect(address())) {
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
    void echoesEveryByte() {
        StringBuilder bytes = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            bytes.append(c);
        }
        try (Client client = Client.connect(address())) {
            client.lookAt("are bytes kept as bytes? A String may change them.")
                    .send(bytes.toString())
                    .expect(bytes.toString());
        }
    }

    /** Whoever ends its half gets its bytes, and then end of stream. */
    @Order(5)
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50})
    void echoesAfterHalfClose(int millis) {
        for (String text : new String[] {"hello\n", "hello\n".repeat(10_000)}) {
            try (Client client = Client.connect(address())) {
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
     * A client sends up to 50 MB and reads nothing. The server stops reading from it, and
     * serves others. When it reads at last, every byte comes back.
     */
    @Order(6)
    @Test
    void stopsAClientThatDoesNotReadAndLosesNothing() throws Exception {
        String piece = piece();
        int most = (50 << 20) / piece.length();
        AtomicInteger sent = new AtomicInteger();
        AtomicBoolean enough = new AtomicBoolean();
        try (Client greedy = Client.connect(address())) {
            greedy.lookAt("what happens to the bytes that write() did not take?");
            var sending = CompletableFuture.runAsync(() -> {
                while (!enough.get() && sent.get() < most) {
                    greedy.send(piece);
                    sent.incrementAndGet();
                }
                greedy.halfClose();
            });
            int before;
            do {
                before = sent.get();
                assertOthersEchoed();
                greedy.pause(Duration.ofMillis(300));
            } while (sent.get() > before);
            assertThat(sending)
                    .withFailMessage("The server took 50 MB from a client that"
                            + " reads nothing.\nLook at:   does it go on reading while it owes"
                            + " bytes? Then they pile up in its memory.")
                    .isNotDone();
            enough.set(true);
            String back = greedy.receiveAll();
            sending.join();
            int count = sent.get() * piece.length();
            assertThat(back.length())
                    .withFailMessage(() -> "Of " + count + " bytes "
                            + back.length() + " came back.\nLook at:   what happens to the bytes"
                            + " that write() did not take?")
                    .isEqualTo(count);
            assertThat(back.equals(piece.repeat(sent.get())))
                    .withFailMessage("As many bytes came back as were sent, but not the same ones.\nLook"
                            + " at:   where are the bytes that write() did not take, while"
                            + " another client is read?")
                    .isTrue();
        }
    }

    /** Another client, whose bytes would fill any buffer that both share. */
    private void assertOthersEchoed() {
        String others = "x".repeat(32 * 1024);
        try (Client other = Client.connect(address())) {
            other.lookAt("is another client served while one does not read?")
                    .send(others)
                    .expect(others);
        }
    }

    /** Bytes of which no two places look alike: 64 KiB and a bit. */
    private static String piece() {
        byte[] bytes = new byte[65_537];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
