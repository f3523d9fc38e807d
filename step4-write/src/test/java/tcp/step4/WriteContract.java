package tcp.step4;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.testkit.client.Client;
import tcp.testkit.server.CommandLineContract;
import tcp.testkit.server.ContainerContract;
import tcp.testkit.server.DescriptorLimitContract;
import tcp.testkit.server.FloodContract;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.RunningServer;

/**
 * What step 4 promises: a client that sends something is told how much came in one go,
 * and then the connection ends, without the reply being lost.
 */
public class WriteContract
        implements ResourceContract, CommandLineContract, DescriptorLimitContract, FloodContract, ContainerContract {
    @Override
    public void assertServed(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("does read() ask for OP_WRITE, and does write() then reply and end its half?");
            ask(client);
        }
    }

    @Override
    public void ask(Client client, RunningServer server) {
        ask(client);
    }

    private static void ask(Client client) {
        client.send("hello\n").expect("Received 6 bytes\n").expectEnd();
    }

    /** The reply tells how many bytes came, and end of stream follows. */
    @Order(1)
    @Test
    public void repliesWithTheNumberOfBytes(InetSocketAddress server) {
        assertServed(server);
        try (Client client = Client.connect(server)) {
            client.lookAt("is the number that of the bytes read?")
                    .send("x".repeat(1000))
                    .expect("Received 1000 bytes\n")
                    .expectEnd();
        }
    }

    /** Nothing is sent to a client that has sent nothing. */
    @Order(2)
    @Test
    public void saysNothingUnasked(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("OP_WRITE belongs into the interest set only while a reply is owed")
                    .expectNothing(Duration.ofMillis(100));
            ask(client);
        }
    }

    /**
     * A client that ends its half still gets its reply, however soon it does so. Twenty
     * of them keep the loop busy, so that it finds bytes and end together.
     */
    @Order(6)
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50})
    public void repliesAfterHalfClose(int millis, InetSocketAddress server) {
        List<Client> clients = Client.connect(server, 20);
        clients.forEach(client -> client.lookAt("does end of stream close a connection that is owed a reply?")
                .send("hello\n"));
        clients.get(0).pause(Duration.ofMillis(millis));
        clients.forEach(Client::halfClose);
        clients.forEach(
                client -> client.expect("Received 6 bytes\n").expectEnd().close());
    }

    /** A client that half-closes without sending gets no reply. */
    @Order(7)
    @Test
    public void hangsUpWhenNothingWasSent(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("what does the server do when read() returns -1?")
                    .halfClose()
                    .expectEnd();
        }
    }

    /**
     * A client that sends 4 MB, far more than the first read() takes, can send all of it,
     * and finds the reply. A server that closes at once resets the connection, since
     * there is input that it has not read (RFC 9112, section 9.6).
     */
    @Order(8)
    @Test
    public void takesAnUploadToItsEnd(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("""
                            does the server close() with input unread? It is to end its half, read on to end of \
                            stream, and close then.""").send(new byte[4 << 20]).halfClose();
            assertThat(client.receiveAll()).matches("Received [1-9][0-9]* bytes\n");
        }
    }

    /** What comes after the reply is no reason for a second one, nor for a reset. */
    @Order(9)
    @Test
    public void ignoresWhatComesAfterTheReply(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("after the reply, is the rest read and dropped?");
            ask(client);
            client.send("and more\n").send("and more\n").halfClose().expectEnd();
        }
    }

    /** It prints who came and how much was read, two lines a client. */
    @Order(3)
    @Test
    @Tag("direct")
    public void printsWhoSentHowMuch(RunningServer server) {
        try (Client client = Client.connect(server.address())) {
            ask(client);
            server.expectOutput("Got connection from " + client.address(), "Read 6 bytes from " + client.address());
        }
    }

    /**
     * A reply is owed, too, when the client's end comes before the loop could write. Here
     * the loop is held up while it prints, so that this happens for sure.
     */
    @Order(5)
    @Test
    @Tag("inside")
    public void repliesThoughTheEndCameFirst(InProcessServer server) {
        try (Client client = Client.connect(server.address())) {
            client.lookAt("does end of stream close a connection that is owed a reply?");
            server.awaitOutput("Got connection from " + client.address());
            try (var held = server.holdWhenItPrints()) {
                client.send("hello\n");
                held.await();
                client.halfClose();
            }
            client.expect("Received 6 bytes\n").expectEnd();
        }
    }

    /** A client that has its reply and stays costs nothing: nothing is owed to it. */
    @Order(4)
    @Test
    @Tag("inside")
    @Tag("told")
    public void usesNoCpuForAClientThatLingers(InProcessServer server) throws Exception {
        try (Client client = Client.connect(server.address())) {
            ask(client);
            ResourceContract.assertIdle(
                    server, "is OP_WRITE still in the interest set? A channel is nearly always ready for writing.");
        }
    }
}
