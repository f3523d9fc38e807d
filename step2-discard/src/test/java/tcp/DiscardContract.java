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

    /** Clients that wait at the same time are all accepted, one after the other. */
    @Test
    default void endsTheConnectionsOfAllWhoWait() {
        for (Client client : Client.connect(address(), 100)) {
            client.lookAt("does each select() that finds the listener ready lead to an" + " accept()?")
                    .expectEnd();
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
