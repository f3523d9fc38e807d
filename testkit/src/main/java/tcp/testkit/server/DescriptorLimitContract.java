package tcp.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.system.Machine;
import tcp.testkit.system.Programs;

/**
 * What holds from step 3 on when a server may have no more descriptors: accept() fails
 * with "Too many open files", and those who wait stay in the kernel's queue.
 */
@ExtendWith(ServerExtension.class)
public interface DescriptorLimitContract {
    /** How many the server may have. */
    int DESCRIPTORS = 64;

    /** Checks that a well-behaved new client gets what this step promises. */
    void assertServed(InetSocketAddress server);

    /** Sends something on a connection that is open, and checks that it is served. */
    void ask(Client client, RunningServer server);

    /**
     * 64 descriptors and 200 clients. Those who were first are served as ever, the server
     * does not spin on the accept() that fails, and when the others leave, new clients
     * are accepted again. It has not written a byte before: the first write of a JDK 17
     * process needs descriptors itself.
     */
    @Order(92)
    @Test
    @Tag("program")
    default void livesWithoutDescriptors(ServerProgram program) throws Exception {
        try (ServerProcess server = program.startWithDescriptors(DESCRIPTORS)) {
            List<Client> live = Client.connect(server.address(), 20);
            List<Client> others = Client.connect(server.address(), 200);
            double share = server.cpuShareAtRest(0.15);
            long start = System.nanoTime();
            live.forEach(client -> ask(client, server));
            Duration each = Duration.ofNanos(System.nanoTime() - start).dividedBy(20);
            others.forEach(Client::close);
            afterwards(() -> assertServed(server.address()));
            live.forEach(Client::close);
            ServerFault.unless(
                    share < 0.15,
                    Kind.SPINS,
                    "the failed accept() leaves its client in the queue, so select() reports it at once. Does the listener rest?",
                    "Share of a CPU while accept() fails: %.2f",
                    share);
            ServerFault.unless(
                    each.toMillis() < 80,
                    Kind.UNFAIR,
                    "does the loop sleep? Then all wait. Only the listener is to rest.",
                    "While accept() fails, an answer takes %d ms.",
                    each.toMillis());
        }
    }

    /** Does something that needs the server to accept again. */
    private static void afterwards(Runnable question) {
        try {
            question.run();
        } catch (AssertionError e) {
            throw new Unmet(
                    """
                    accept() had failed, too many open files. Then there was room again, and a client was not served.
                    %s""".formatted(e.getMessage()),
                    "how long does the listener rest when accept() fails, and what ends that?",
                    e);
        }
    }

    /** The listener does not rest for long: once accept() works again, those who wait are served. */
    @Order(93)
    @Test
    @Tag("program")
    default void servesThoseWhoWaitOnceThereAreDescriptors(ServerProgram program) throws Exception {
        Machine.assumeLinux("changing the limit of a process");
        Programs.assume("prlimit");
        try (ServerProcess server = program.startWithDescriptors(DESCRIPTORS)) {
            List<Client> clients = Client.connect(server.address(), 80);
            Thread.sleep(300); // the listener must have rested more than once
            var raise = List.of("prlimit", "--pid", "" + server.pid(), "--nofile=1024:");
            try (ServerProcess prlimit = ServerProcess.command(raise)) {
                assertThat(prlimit.awaitExit()).as("exit status of\n" + prlimit).isZero();
            }
            Client last = clients.get(79);
            long start = System.nanoTime();
            afterwards(() -> ask(last, server));
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("time from the moment accept() may work again to an answer")
                    .isLessThan(Duration.ofSeconds(1));
            clients.forEach(Client::close);
        }
    }
}
