package tcp.step2;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.testkit.client.Client;
import tcp.testkit.server.CommandLineContract;
import tcp.testkit.server.ContainerContract;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.RunningServer;

/** What step 2 promises: it accepts every client and ends the connection at once. */
public class DiscardContract implements ResourceContract, CommandLineContract, ContainerContract {
    @Override
    public void assertServed(InetSocketAddress server) {
        endsEachConnectionAtOnce(server);
    }

    /** The client sees end of stream, and not a byte before it. */
    @Order(1)
    @Test
    public void endsEachConnectionAtOnce(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("does the server accept() the client and close() its channel?")
                    .expectEnd();
        }
    }

    /** Clients that wait at the same time are all accepted, one after the other. */
    @Order(3)
    @Test
    public void endsTheConnectionsOfAllWhoWait(InetSocketAddress server) {
        for (Client client : Client.connect(server, 100)) {
            client.lookAt("does each select() that finds the listener ready lead to an accept()?")
                    .expectEnd();
            client.close();
        }
    }

    /** It prints where each client came from, a line a client. */
    @Order(2)
    @Test
    @Tag("direct")
    public void printsWhoConnected(RunningServer server) {
        try (Client first = Client.connect(server.address()).expectEnd();
                Client second = Client.connect(server.address()).expectEnd()) {
            server.expectOutput("Got connection from " + first.address(), "Got connection from " + second.address());
        }
    }

    @Override
    public int descriptorsHeldFor(int clients) {
        return 2; // the listener and the selector; the clients were hung up on
    }
}
