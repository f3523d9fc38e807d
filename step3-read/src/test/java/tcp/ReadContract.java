package tcp;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tcp.testkit.Client;
import tcp.testkit.EachStepContract;

/** What step 3 promises: it reads all that a client sends, until the client ends. */
public interface ReadContract extends EachStepContract {
    @Override
    default void assertServed(InetSocketAddress address) {
        assertRead(address);
    }

    /** The connection stays open while the client has not ended its half. */
    @Test
    default void keepsTheConnectionAndAnswersNothing() {
        try (Client client = Client.connect(address())) {
            client.lookAt("is the channel registered with OP_READ, and kept?").expectNothing(Duration.ofMillis(100));
            client.send("hello\n").expectNothing(Duration.ofMillis(100));
            client.send("hello again\n").expectNothing(Duration.ofMillis(100));
        }
    }

    /** At end of stream the server ends its half too. */
    @Test
    default void hangsUpAtEndOfStream() {
        assertRead(address());
        try (Client client = Client.connect(address())) {
            client.lookAt("what does the server do when read() returns -1?");
            client.halfClose().expectEnd();
        }
    }

    /** Four megabytes are read to the last byte: the client can send all of them. */
    @Test
    default void readsAllOfAnUpload() {
        try (Client client = Client.connect(address())) {
            client.lookAt("is the buffer cleared before each read()? A full buffer reads 0.")
                    .send(new byte[4 << 20])
                    .halfClose()
                    .expectEnd();
        }
    }

    static void assertRead(InetSocketAddress address) {
        try (Client client = Client.connect(address)) {
            client.lookAt("does the server close() the channel when read() returns -1?")
                    .send("hello\n")
                    .halfClose()
                    .expectEnd();
        }
    }
}
