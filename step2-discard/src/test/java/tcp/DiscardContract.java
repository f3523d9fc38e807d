package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import tcp.testkit.Client;
import tcp.testkit.EachStepContract;

/** What step 2 promises: it accepts every client and ends the connection at once. */
public interface DiscardContract extends EachStepContract {
    @Override
    default void assertServed(InetSocketAddress address) {
        assertHungUp(address);
    }

    /** The client sees end of stream, and not a byte before it. */
    @Test
    default void endsEachConnectionAtOnce() {
        assertHungUp(address());
    }

    /** Clients that wait together are accepted together, each of them. */
    @Test
    default void endsTheConnectionsOfAllWhoWait() {
        for (Client client : Client.connect(address(), 100)) {
            client.lookAt("does the server accept() until it returns null?").expectEnd();
            client.close();
        }
    }

    static void assertHungUp(InetSocketAddress address) {
        try (Client client = Client.connect(address)) {
            client.lookAt("does the server accept() the client and close() its channel?")
                    .expectEnd();
        }
    }
}
