package tcp.testkit;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What holds for the loop of each step, seen from inside its process. */
public interface InProcessContract extends EachStepContract {
    /**
     * What an idle loop may use in 500 ms. It uses next to nothing; and a loop that spins
     * gets more than this, even where many others want the CPU.
     */
    Duration IDLE = Duration.ofMillis(20);

    /** The server under test. */
    ServerExtension<?> server();

    /** A client that is connected and says nothing costs no CPU time. */
    @Test
    default void silentClientCostsNoCpu() throws Exception {
        try (Client client = Client.connect(address())) {
            assertServed(address());
            assertLoopIsIdle("is there an interest that select() reports again and again, and"
                    + " no handler serves? Serve it, or take it out of the"
                    + " interest set.");
        }
    }

    /** Checks that the loop uses no CPU time while nothing happens. */
    default void assertLoopIsIdle(String lookAt) throws InterruptedException {
        Duration before = server().cpuTime();
        MILLISECONDS.sleep(500); // what is measured, not waited for
        Duration used = server().cpuTime().minus(before);
        assertThat(used)
                .withFailMessage(() -> "The loop used " + used.toMillis()
                        + " ms of CPU in 500 ms in which nothing happened.\nLook at:   " + lookAt)
                .isLessThan(IDLE);
    }

    /** After clients have reset, their descriptors are free again. */
    @Test
    default void clientsThatResetLeaveNoDescriptors() {
        assertServed(address());
        long before = Machine.openDescriptors();
        EachStepContract.resetMany(address());
        assertServed(address());
        await().atMost(Client.PATIENCE).pollInterval(Duration.ofMillis(10)).untilAsserted(() -> assertThat(
                        Machine.openDescriptors())
                .withFailMessage(() -> "Before 300 clients came and reset there were " + before
                        + " descriptors open, and now there are "
                        + Machine.openDescriptors()
                        + ".\nLook at:   is the channel"
                        + " closed on every way out: end of stream, and an"
                        + " exception?")
                .isLessThanOrEqualTo(before));
    }

    /** close() ends run() without an exception, though clients are connected. */
    @Test
    default void closeEndsTheLoopAndFreesThePort() throws Exception {
        int port = address().getPort();
        try (Client client = Client.connect(address())) {
            assertServed(address());
            server().close();
            server().awaitEnd();
            new ServerSocket(port).close(); // throws if the port is still taken
        }
    }

    /** close() leaves no descriptor behind, neither the server's own nor a client's. */
    @Test
    default void closeLeavesNoDescriptors() throws Exception {
        var clients = Client.connect(address(), 50);
        assertServed(address());
        long before = Machine.openDescriptors();
        server().close();
        server().awaitEnd();
        long ended = before - Machine.openDescriptors();
        clients.forEach(Client::close);
        assertThat(ended)
                .withFailMessage(() -> "close() freed " + ended + " descriptors."
                        + "\nLook at:   does close() close the listener, the selector, and the"
                        + " channel of each key?")
                .isGreaterThanOrEqualTo(descriptorsHeldFor(50));
    }

    /** How many descriptors this step's server holds while so many clients are there. */
    default int descriptorsHeldFor(int clients) {
        return clients + 2; // the listener and the selector
    }

    /** A second close() does nothing, and run() after it returns at once. */
    @Test
    default void closeAgainIsHarmless() throws Exception {
        server().close();
        server().awaitEnd();
        server().close();
        server().runAgain();
        server().awaitEnd();
    }
}
