package tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.testkit.Client;
import tcp.testkit.EachStepContract;

/**
 * What step 4 promises: a client that sends something is told how much came in one go,
 * and then the connection ends, without the reply being lost.
 */
public interface WriteContract extends EachStepContract {
    @Override
    default void assertServed(InetSocketAddress address) {
        assertAnswered(address);
    }

    /** The reply tells how many bytes came, and end of stream follows. */
    @Test
    default void repliesWithTheNumberOfBytes() {
        assertAnswered(address());
        try (Client client = Client.connect(address())) {
            client.lookAt("is the number that of the bytes read?")
                    .send("x".repeat(1000))
                    .expect("Received 1000 bytes\n")
                    .expectEnd();
        }
    }

    /** Nothing is sent to a client that has sent nothing. */
    @Test
    default void saysNothingUnasked() {
        try (Client client = Client.connect(address())) {
            client.lookAt("OP_WRITE belongs into the interest set only while a reply is owed")
                    .expectNothing(Duration.ofMillis(100))
                    .send("hello\n")
                    .expect("Received 6 bytes\n")
                    .expectEnd();
        }
    }

    /**
     * A client that ends its half still gets its reply, however soon it does so. Twenty
     * of them keep the loop busy, so that it finds bytes and end together.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50})
    default void repliesAfterHalfClose(int millis) {
        List<Client> clients = Client.connect(address(), 20);
        for (Client client : clients) {
            client.lookAt("does end of stream close a connection that is owed a reply?")
                    .send("hello\n")
                    .pause(Duration.ofMillis(millis))
                    .halfClose();
        }
        for (Client client : clients) {
            client.expect("Received 6 bytes\n").expectEnd().close();
        }
    }

    /** Who says nothing and ends its half is not told anything. */
    @Test
    default void hangsUpWhenNothingWasSent() {
        try (Client client = Client.connect(address())) {
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
    @Test
    default void takesAnUploadToItsEnd() {
        try (Client client = Client.connect(address())) {
            client.lookAt("does the server close() with input unread? It is to end its half,"
                            + " read on to end of stream, and close then.")
                    .send(new byte[4 << 20])
                    .halfClose();
            assertThat(client.receiveAll()).matches("Received [1-9][0-9]* bytes\n");
        }
    }

    /** What comes after the reply is no reason for a second one, nor for a reset. */
    @Test
    default void ignoresWhatComesAfterTheReply() {
        try (Client client = Client.connect(address())) {
            client.lookAt("after the reply, is the rest read and dropped?")
                    .send("hello\n")
                    .expect("Received 6 bytes\n")
                    .expectEnd();
            client.send("and more\n").send("and more\n").halfClose().expectEnd();
        }
    }

    static void assertAnswered(InetSocketAddress address) {
        try (Client client = Client.connect(address)) {
            client.lookAt("does read() ask for OP_WRITE, and does write() then reply and end" + " its half?")
                    .send("hello\n")
                    .expect("Received 6 bytes\n")
                    .expectEnd();
        }
    }
}
