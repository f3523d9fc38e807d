package tcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What holds from step 3 on when a server may have no more descriptors: accept() fails
 * with "Too many open files", and those who wait stay in the kernel's queue.
 */
public interface DescriptorLimitContract {
    /** Checks that a well-behaved new client gets what this step promises. */
    void assertServed(InetSocketAddress address);

    /** Sends something on a connection that is open, and checks that it is served. */
    void ask(Client client, ServerProcess server);

    /**
     * 64 descriptors and 200 clients. Those who were first are served as ever, the server
     * does not spin on the accept() that fails, and when the others leave, new clients
     * are accepted again. It has not written a byte before: the first write of a JDK 17
     * process needs descriptors itself.
     */
    @Test
    default void livesWithoutDescriptors() throws Exception {
        try (ServerProcess server =
                ServerProcess.javaWithDescriptors(64, "-cp", ProgramContract.CLASSES, "tcp.Server", "0")) {
            List<Client> live = Client.connect(server.address(), 20);
            List<Client> others = Client.connect(server.address(), 200);
            double share = server.cpuShare(Duration.ofSeconds(1));
            Iterator<Client> next = live.iterator();
            long start = System.nanoTime();
            while (next.hasNext()) {
                ask(next.next(), server);
            }
            Duration each = Duration.ofNanos(System.nanoTime() - start).dividedBy(20);
            others.forEach(Client::close);
            assertServed(server.address());
            live.forEach(Client::close);
            assertThat(share)
                    .withFailMessage("Share of a CPU while accept() fails: "
                            + share
                            + "\nLook at:   the failed accept() leaves its client in the"
                            + " queue, so"
                            + " select() reports it at once. Does the listener rest?")
                    .isLessThan(0.1);
            assertThat(each)
                    .withFailMessage("While accept() fails, an answer takes "
                            + each.toMillis() + " ms.\nLook at:   does the loop sleep? Then all"
                            + " wait. Only the listener is to rest.")
                    .isLessThan(Duration.ofMillis(80));
            assertThat(server.err()).as("standard error").isEmpty();
        }
    }
}
