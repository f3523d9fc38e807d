package tcp.testkit;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/**
 * What holds for the server of each step, whatever else it does: clients that leave, in
 * whatever way, harm nobody but themselves.
 */
public interface EachStepContract {
    /** Where the server listens. */
    InetSocketAddress address();

    /** Checks that a well-behaved new client gets what this step promises. */
    void assertServed(InetSocketAddress address);

    /** Clients that connect and go, before the server had a chance to look at them. */
    @Test
    default void clientsThatConnectAndLeaveHarmNobody() {
        for (int i = 0; i < 300; i++) {
            Client.connect(address()).close();
        }
        assertServed(address());
    }

    /**
     * Clients that break off with a reset: some at once, some after the first bytes of a
     * request, some after all of it. A server meets that reset in accept(), in read() or
     * in write(), as an IOException, and it must not end the loop.
     */
    @Test
    default void clientsThatResetHarmNobody() {
        resetMany(address());
        assertServed(address());
    }

    /** Three hundred clients that reset, each at another moment. */
    static void resetMany(InetSocketAddress address) {
        String[] sent = {"", "GET / HT", "GET / HTTP/1.1\r\n\r\n"};
        for (int i = 0; i < 300; i++) {
            Client client = Client.connect(address);
            try {
                client.send(sent[i % 3]);
            } catch (AssertionError e) {
                // The server was first to hang up, as step 2 does. That is no fault.
            }
            client.reset();
        }
    }

    /** Two hundred at once: none is forgotten. */
    @Test
    default void manyClientsAtOnceAreAllServed() {
        var clients = Client.connect(address(), 200);
        try {
            assertServed(address());
        } finally {
            clients.forEach(Client::close);
        }
        assertServed(address());
    }
}
