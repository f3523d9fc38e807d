package tcp.step3;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.testkit.client.Client;
import tcp.testkit.server.CommandLineContract;
import tcp.testkit.server.ContainerContract;
import tcp.testkit.server.DescriptorLimitContract;
import tcp.testkit.server.FloodContract;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.RunningServer;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.system.Machine;

/** What step 3 promises: it reads all that a client sends, until the client ends. */
public class ReadContract
        implements ResourceContract, CommandLineContract, DescriptorLimitContract, FloodContract, ContainerContract {
    @Override
    public void assertServed(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("does the server close() the channel when read() returns -1?")
                    .send("hello\n")
                    .halfClose()
                    .expectEnd();
        }
    }

    @Override
    public void ask(Client client, RunningServer server) {
        client.send("hello\n");
        server.awaitOutput("Read 6 bytes from " + client.address());
    }

    /** What was read is forgotten, also while its client stays. */
    @Order(66)
    @Test
    @Tag("inside")
    public void keepsNothingOfWhatItHasRead(InProcessServer server) {
        try (Client client = Client.connect(server.address())) {
            client.send(new byte[1 << 20]); // classes are loaded meanwhile
            assertServed(server.address());
            long before = Machine.heapInUse();
            client.send(new byte[10 << 20]);
            assertServed(server.address());
            long kept = Machine.heapInUse(before + 2_000_000) - before;
            ServerFault.unless(
                    kept < 2_000_000,
                    Kind.KEEPS_MEMORY,
                    "what do you make for each read, and who still holds it?",
                    "10 MB were read, and %d bytes more are in use.",
                    kept);
        }
    }

    /** The connection stays open while the client has not ended its half. */
    @Order(1)
    @Test
    public void keepsTheConnectionAndAnswersNothing(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("is the channel registered with OP_READ, and kept?").expectNothing(Duration.ofMillis(50));
            client.send("hello\n").expectNothing(Duration.ofMillis(50));
            client.send("hello again\n").expectNothing(Duration.ofMillis(50));
        }
    }

    /** At end of stream the server ends its half too, whether something came before or not. */
    @Order(2)
    @Test
    public void hangsUpAtEndOfStream(InetSocketAddress server) {
        assertServed(server);
        try (Client client = Client.connect(server)) {
            client.lookAt("what does the server do when read() returns -1?")
                    .halfClose()
                    .expectEnd();
        }
    }

    /** Four megabytes are read to the last byte: the client can send all of them. */
    @Order(4)
    @Test
    public void readsAllOfAnUpload(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("is the buffer cleared before each read()? A full buffer reads 0.")
                    .send(new byte[4 << 20])
                    .halfClose()
                    .expectEnd();
        }
    }

    /** It prints how much each read() gave, and from whom. */
    @Order(3)
    @Test
    @Tag("direct")
    public void printsEachRead(RunningServer server) {
        try (Client client = Client.connect(server.address())) {
            ask(client, server);
            client.send("!").halfClose().expectEnd(); // a single byte is something, too
            server.expectOutput(
                    "Got connection from " + client.address(),
                    "Read 6 bytes from " + client.address(),
                    "Read 1 bytes from " + client.address());
        }
    }

    /**
     * Two clients have sent a lot while the loop was held up. It reads from both in turn, and
     * not all from one before it looks at the other. What it prints tells the order.
     */
    @Order(70)
    @Test
    @Tag("inside")
    public void readsFromClientsInTurn(InProcessServer server) {
        List<Client> two = Client.connect(server.address(), 2);
        try (Client other = Client.connect(server.address())) {
            server.awaitOutput("Got connection from " + other.address());
            try (var held = server.holdWhenItPrints()) {
                other.send("hello\n");
                held.await();
                two.forEach(client -> client.send(new byte[64 * 1024]).halfClose());
            }
            two.forEach(Client::expectEnd);
        }
        List<String> reads = server.out().stream()
                .filter(line -> line.startsWith("Read "))
                .skip(1) // that of the other one
                .toList();
        for (Client client : two) {
            long before = reads.stream()
                    .takeWhile(line -> !line.endsWith(" from " + client.address()))
                    .count();
            if (before > 2 || before == reads.size()) { // too late, or never
                throw new ServerFault(
                        Kind.UNFAIR,
                        """
                        The loop read %d times before it came to a client that had sent something too:
                        %s""".formatted(before, String.join("\n", reads)),
                        "is there one read() per readiness, or one until nothing is left?");
            }
            client.close();
        }
    }
}
