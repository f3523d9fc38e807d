package proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.client.Symptom;
import tcp.testkit.client.UnexpectedResponse;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.server.ServerProgram;

/** A proxy in front of a {@link Target}, which greets, echoes, and says goodbye. Stories have another: {@link Rules}. */
@Tag("loopback")
class ProxyTest implements ResourceContract {
    @RegisterExtension
    static final Target TARGET = new Target();

    private static Client connect(InetSocketAddress proxy) {
        try {
            return Client.connect(proxy)
                    .lookAt("does each client get a connection to the target, whose bytes come back?")
                    .expect(Target.HELLO);
        } catch (UnexpectedResponse e) {
            if (TARGET.isMissed()) {
                throw new Unmet(
                        "Nobody has connected to %s, where the check listens.".formatted(TARGET.address()),
                        "is that your proxy's target?",
                        e);
            }
            throw e;
        }
    }

    @Override
    public void assertServed(InetSocketAddress proxy) {
        try (Client client = connect(proxy)) {
            client.send("hello\n").expect("hello\n");
        }
    }

    /** The target speaks first, then the client; each byte passes as it is. */
    @Order(1)
    @Test
    void passesBytesBothWays(InetSocketAddress proxy) {
        StringBuilder bytes = new StringBuilder("hello\n");
        for (char c = 0; c < 256; c++) {
            bytes.append(c == Target.END || c == Target.BREAK ? ' ' : c);
        }
        try (Client one = connect(proxy);
                Client two = connect(proxy)) {
            for (Client client : List.of(one, two, one)) {
                client.send(bytes.toString()).expect(bytes.toString());
            }
            one.expectNothing(Duration.ofMillis(50));
        }
    }

    /** The client ends its half. The target hears of it, and still has something to say. */
    @Order(2)
    @Test
    void passesOnTheEndOfTheClient(InetSocketAddress proxy) {
        for (String text : List.of("", "hello\n", "hello\n".repeat(10_000))) {
            try (Client client = connect(proxy)) {
                client.lookAt("when read() returns -1, what does the other end hear, and what may still come back?")
                        .send(text)
                        .halfClose()
                        .expect(text + Target.BYE)
                        .expectEnd();
            }
        }
    }

    /** The target ends its half. The client hears of it, and can go on sending. */
    @Order(3)
    @Test
    void passesOnTheEndOfTheTarget(InetSocketAddress proxy) throws Exception {
        try (Client client = connect(proxy)) {
            TARGET.heardAfterItsEnd.clear();
            client.lookAt("does the client hear that the target has ended its half, and can it still send?")
                    .send("" + Target.END)
                    .expectEnd()
                    .send("one")
                    .pause(Duration.ofMillis(50))
                    .send("two")
                    .halfClose();
            Unmet.unless(
                    "onetwo"
                            .equals(TARGET.heardAfterItsEnd.poll(
                                    Client.patience().toSeconds(), TimeUnit.SECONDS)),
                    "is one half closed when the other has ended?",
                    "The target ended its half, and the client sent \"onetwo\" after that. It did not all arrive.");
        }
    }

    /** Nobody listens at the target: the client is let go, and those who come later are served. */
    @Order(4)
    @Test
    void letsAClientGoWhenTheTargetRefuses(InetSocketAddress proxy) throws Exception {
        TARGET.refuses();
        try (Client client = Client.connect(proxy)) {
            client.lookAt("finishConnect() throws when the target refuses: who closes the client's channel then?")
                    .expectEnd();
        } catch (UnexpectedResponse e) {
            assertReset(e);
        } finally {
            TARGET.serves();
        }
        assertServed(proxy);
    }

    /** A reset is as good as the end; it may come so soon that connect() meets it. */
    private static void assertReset(UnexpectedResponse e) {
        if (e.symptom() != Symptom.RESET && e.symptom() != Symptom.REFUSED) {
            throw e;
        }
    }

    /** The target resets the connection: the client hears of it. */
    @Order(6)
    @Test
    void letsAClientGoWhenTheTargetBreaksOff(InetSocketAddress proxy) {
        try (Client client = connect(proxy)) {
            client.lookAt("when the target's connection breaks off, who closes the client's channel?")
                    .send("" + Target.BREAK)
                    .expectEnd();
        } catch (UnexpectedResponse e) {
            assertReset(e);
        }
        assertServed(proxy);
    }

    /** The target does not answer a connect: its client waits, and nobody else does. */
    @Order(5)
    @Test
    void connectThatHangsHoldsNobodyUp(InetSocketAddress proxy) throws Exception {
        try (Client before = connect(proxy)) {
            TARGET.hangs();
            try (Client waits = Client.connect(proxy)) {
                waits.send("hello\n").expectNothing(Duration.ofMillis(100));
                before.lookAt("does the loop wait until a connect has succeeded?")
                        .send("hello\n")
                        .expect("hello\n");
            }
        } finally {
            TARGET.serves();
        }
        assertServed(proxy);
    }

    /** A client that reads late has each byte at last. */
    @Order(6)
    @Test
    void losesNothingUnderBackPressure(InetSocketAddress proxy) {
        byte[] piece = new byte[65_537];
        for (int i = 0; i < piece.length; i++) {
            piece[i] = (byte) (i * 31 | 8); // and none of them is the target's END
        }
        String text = new String(piece, StandardCharsets.ISO_8859_1).repeat(200);
        try (Client client = connect(proxy)) {
            client.lookAt("what happens to the bytes that write() did not take?");
            var sending = CompletableFuture.runAsync(() -> client.send(text).halfClose());
            client.pause(Duration.ofMillis(300)).expect(text + Target.BYE).expectEnd();
            sending.join();
        }
    }

    @Override
    public int memoryForAClient() {
        return 300_000; // a buffer each way, and the target's end, which is in this process as well
    }

    @Override
    public int descriptorsHeldFor(int clients) {
        return 2 * clients; // the target's ends are in this process, and may be there a moment longer
    }

    /** Started as the README says, with no build; and told where to in its second argument, or not at all. */
    @Order(90)
    @Test
    @Tag("program")
    void runsFromSource(ServerProgram program) {
        try (ServerProcess server = ServerProcess.java(
                "-Dtarget=" + TARGET.address(), program.source().toString(), "0")) {
            assertServed(server.address());
            assertThat(server.firstLine())
                    .isEqualTo("Listening on port " + server.address().getPort());
            assertThat(server.err()).as("standard error").isEmpty();
        }
    }

    /** With 64 descriptors, 10 clients are served as ever, though 100 more have come. */
    @Order(91)
    @Test
    @Tag("program")
    void livesWithoutDescriptors(ServerProgram program) throws Exception {
        try (ServerProcess server = program.startWithDescriptors(64, "-Dtarget=" + TARGET.address())) {
            List<Client> live = Client.connect(server.address(), 10);
            live.forEach(client -> client.expect(Target.HELLO));
            List<Client> others = Client.connect(server.address(), 100);
            double share = server.cpuShareAtRest(0.15);
            live.forEach(client -> client.lookAt("does the loop go on when there are no descriptors?")
                    .send("hello\n")
                    .expect("hello\n"));
            others.forEach(Client::close);
            live.forEach(Client::close);
            assertServed(server.address());
            ServerFault.unless(
                    share < 0.15, Kind.SPINS, "does the listener rest when accept() or open() fails?", """
                    Share of a CPU while there are no descriptors: %.2f""", share);
        }
    }
}
