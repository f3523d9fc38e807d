package tcp.testkit.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Optional;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.client.Symptom;
import tcp.testkit.client.UnexpectedResponse;
import tcp.testkit.system.Machine;

/**
 * What holds for the server of each step, whatever else it does: clients that leave, in
 * whatever way, harm nobody but themselves.
 *
 * <p>A test has the tag "direct" if it cannot be run through a proxy, such as the one behind
 * the published port of a container; "real" if it makes no sense on the simulated network, nor with
 * a server elsewhere, and "loopback" if only the first is so.
 * The workshop tries them in the order in which they teach, which is their {@link Order}, up
 * to the first that fails. It leaves out those with the tag "given", for its starters have that
 * already, and "stretch", which is more than its tasks ask for; and those with the tag "told"
 * where the same has held in every story on the simulated network. With -Dthorough=true it
 * tries these, too.
 */
@ExtendWith(ServerExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Execution(ExecutionMode.CONCURRENT) // where that is enabled: in a check, for servers in processes of their own
public interface RobustnessContract {
    /** Checks that a well-behaved new client gets what this step promises. */
    void assertServed(InetSocketAddress server);

    /** Clients that connect and go, before the server had a chance to look at them. */
    @Order(59)
    @Test
    default void survivesClientsThatConnectAndLeave(InetSocketAddress server) {
        for (int i = 0; i < 300; i++) {
            Client.connect(server).close();
        }
        assertServed(server);
    }

    /**
     * Clients that break off with a reset: some at once, some after the first bytes of a
     * request, some after all of it. A server meets that reset in accept(), in read() or
     * in write(), as an IOException, and it must not end the loop.
     */
    @Order(52)
    @Test
    @Tag("direct")
    default void survivesClientsThatReset(InetSocketAddress server) {
        resetMany(server);
        assertServed(server);
    }

    /** Three hundred clients that reset, each at another moment. */
    static void resetMany(InetSocketAddress server) {
        String[] sent = {"", "GET / HT", "GET / HTTP/1.1\r\n\r\n"};
        for (int i = 0; i < 300; i++) {
            Client client = Client.connect(server);
            try {
                client.send(sent[i % 3]);
            } catch (UnexpectedResponse e) {
                if (e.symptom() != Symptom.RESET) { // else the server was first to hang up, as step 2 does
                    throw e;
                }
            }
            client.reset();
        }
    }

    /** Two hundred at once: none is forgotten. */
    @Order(60)
    @Test
    default void servesManyClientsAtOnce(InetSocketAddress server) {
        var clients = Client.connect(server, 200);
        try {
            assertServed(server);
        } finally {
            clients.forEach(Client::close);
        }
        assertServed(server);
    }

    /** Other machines reach it as well: it listens on all addresses, not on 127.0.0.1 only. */
    @Order(62)
    @Test
    @Tag("direct")
    @Tag("real")
    default void listensOnAllAddresses(InetSocketAddress server) throws IOException {
        // On Linux all of 127.0.0.0/8 is this machine, also where there is no network at all.
        Optional<InetAddress> other = System.getProperty("os.name").equals("Linux")
                ? Optional.of(InetAddress.getByName("127.0.0.2"))
                : NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .filter(address -> !address.getHostAddress().equals("127.0.0.1"))
                        .findFirst();
        Machine.assume(other.isPresent(), () -> "this machine has no address but 127.0.0.1");
        try {
            Client.connect(new InetSocketAddress(other.get(), server.getPort())).close();
        } catch (UnexpectedResponse e) {
            throw new Unmet(
                    "It can be reached at %s, and not at %s.".formatted(server, other.get()),
                    "which address is given to bind()?",
                    e);
        }
    }
}
