package tcp.testkit.server;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.system.Machine;

/**
 * What the loop of each step takes and gives back: CPU time, memory, descriptors, its thread
 * and its port. To see that, the tests look at a server in this process.
 */
public interface ResourceContract extends RobustnessContract {
    /**
     * How long a loop is watched while nothing happens, and what it may use meanwhile. It
     * uses next to nothing, and a loop that spins gets more, even where many others want the
     * CPU.
     */
    Duration WATCHED = Duration.ofMillis(300);

    Duration IDLE = Duration.ofMillis(15);

    /** A client that is connected and says nothing costs no CPU time. */
    @Order(50)
    @Test
    @Tag("inside")
    @Tag("told")
    default void usesNoCpuForASilentClient(InProcessServer server) throws Exception {
        try (Client client = Client.connect(server.address())) {
            assertServed(server.address());
            assertIdle(server, """
                    is there an interest that select() reports again and again, and no handler serves? \
                    Serve it, or take it out of the interest set.""");
        }
    }

    /** Checks that the loop uses no CPU time while nothing happens. */
    static void assertIdle(InProcessServer server, String lookAt) throws InterruptedException {
        Optional<ServerFault> fault;
        int tries = 0;
        do { // what was asked before may still have its consequences, and a loop that spins goes on
            var before = server.cpuTimes();
            Thread.sleep(WATCHED.toMillis()); // what is measured, not waited for
            fault = server.busy(before, IDLE, lookAt);
        } while (fault.isPresent() && ++tries < 5);
        fault.ifPresent(it -> {
            throw it;
        });
    }

    /** Nor does the loop wake up now and then for nothing. */
    @Order(58)
    @Test
    @Tag("inside")
    @Tag("told")
    default void sleepsUntilSomethingHappens(InProcessServer server) throws Exception {
        try (Client client = Client.connect(server.address())) {
            assertServed(server.address());
            assertAsleep(server, """
                    select() needs a time limit only while the loop has something to do when that time is over.""");
        }
    }

    /** Checks that no thread of the server's wakes up while nothing happens. */
    static void assertAsleep(InProcessServer server, String lookAt) throws InterruptedException {
        long times;
        int tries = 0;
        do { // some may have been about to go to sleep
            long before = server.timesAsleep();
            Thread.sleep(WATCHED.toMillis()); // what is measured, not waited for
            times = server.timesAsleep() - before;
        } while (times != 0 && ++tries < 5); // below 0: a thread that was about to end has ended
        ServerFault.unless(times == 0, Kind.WAKES_FOR_NOTHING, lookAt, """
                The server woke up %d times in %d ms in which nothing happened.""", times, WATCHED.toMillis());
    }

    /** A client that has left, in whatever way, is forgotten. */
    @Order(64)
    @Test
    @Tag("inside")
    default void keepsNothingOfClientsThatHaveLeft(InProcessServer server) {
        long[] before = new long[5];
        long[] kept = new long[4]; // of 250 clients each time: other things come and go as well
        before[0] = Machine.heapInUse();
        int small = 0;
        for (int i = 0; i < 4 && small < 3; i++) {
            for (int j = 0; j < 250; j++) {
                assertServed(server.address());
            }
            before[i + 1] = Machine.heapInUse(before[i] + 250 * 50);
            kept[i] = (before[i + 1] - before[i]) / 250;
            small += kept[i] < 50 ? 1 : 0;
        }
        boolean forgotten = small == 3;
        Arrays.sort(kept);
        if (!forgotten && forgetsInAWhile(server, before[1], 750)) {
            long again = Machine.heapInUse(); // was it something else that has gone?
            for (int j = 0; j < 250; j++) {
                assertServed(server.address());
            }
            forgotten = forgetsInAWhile(server, again, 250);
        }
        if (!forgotten) {
            throw new ServerFault(
                    Kind.KEEPS_MEMORY,
                    "Of each of 1,000 clients that have left, %d bytes are still in use.".formatted(kept[2]),
                    "which collection of yours still holds something of a client that is gone?");
        }
    }

    /** Whether clients that have left are forgotten within two seconds, judged by the heap before they came. */
    private boolean forgetsInAWhile(RunningServer server, long before, int clients) {
        return RunningServer.await(Duration.ofSeconds(2), () -> {
            assertServed(server.address());
            return Machine.heapInUse(before + clients * 50L) < before + clients * 50L;
        });
    }

    /** Nor does a client take much while it is there. */
    @Order(65)
    @Test
    @Tag("inside")
    default void needsLittleMemoryForAClient(InProcessServer server) {
        assertServed(server.address());
        long before = Machine.heapInUse() + Machine.bytesInDirectBuffers();
        var clients = Client.connect(server.address(), 50);
        assertServed(server.address());
        long each = (Machine.heapInUse() + Machine.bytesInDirectBuffers() - before) / 50;
        clients.forEach(Client::close);
        ServerFault.unless(
                each < memoryForAClient(),
                Kind.KEEPS_MEMORY,
                "what do you make for each client? A thousand of them take a thousand times as much.",
                "50 clients are connected, and each takes %d bytes of memory.",
                each);
    }

    /** The most that may be kept for a client while it is there, in bytes. */
    default int memoryForAClient() {
        return 100_000;
    }

    /** After clients have reset, their descriptors are free again. */
    @Order(53)
    @Test
    @Tag("inside")
    default void freesTheDescriptorsOfClientsThatReset(InProcessServer server) {
        assertServed(server.address());
        long before = Machine.openDescriptors();
        RobustnessContract.resetMany(server.address());
        assertServed(server.address());
        if (!RunningServer.await(Client.patience(), () -> Machine.openDescriptors() <= before)) {
            throw new ServerFault(
                    Kind.LEAKS_DESCRIPTORS,
                    "Before 300 clients came and reset there were %d descriptors open, and now there are %d."
                            .formatted(before, Machine.openDescriptors()),
                    "is the channel closed on every way out: end of stream, and an exception?");
        }
    }

    /** close() ends run() without an exception, though clients are connected. */
    @Order(54)
    @Test
    @Tag("inside")
    default void closeEndsTheLoopAndFreesThePort(InProcessServer server) throws IOException {
        int port = server.address().getPort();
        try (Client client = Client.connect(server.address())) {
            assertServed(server.address());
            server.close();
            new ServerSocket(port).close(); // throws if the port is still taken
            server.awaitEnd();
        }
    }

    /** A thread that is interrupted, as by shutdownNow(), ends its run(); close() works after it. */
    @Order(57)
    @Test
    @Tag("inside")
    default void interruptEndsTheLoop(InProcessServer server) throws IOException {
        int port = server.address().getPort();
        try (Client client = Client.connect(server.address())) {
            assertServed(server.address());
            server.interrupt();
            server.awaitEnd();
            server.close();
            new ServerSocket(port).close();
        }
    }

    /** When close() returns it leaves no descriptor behind, neither the server's own nor a client's. */
    @Order(55)
    @Test
    @Tag("inside")
    default void closeFreesAllDescriptors(InProcessServer server) {
        var clients = Client.connect(server.address(), 90);
        assertServed(server.address());
        long before = Machine.openDescriptors();
        server.close();
        long freedAtOnce = before - Machine.openDescriptors();
        server.awaitEnd();
        long freed = before - Machine.openDescriptors();
        clients.forEach(Client::close);
        if (freed < descriptorsHeldFor(90)) {
            throw new ServerFault(
                    Kind.LEAKS_DESCRIPTORS,
                    "close() freed %d descriptors, and the server held %d at least."
                            .formatted(freed, descriptorsHeldFor(90)),
                    "does close() close the listener, the selector, and the channel of each key?");
        }
        Unmet.unless(
                freedAtOnce >= descriptorsHeldFor(90),
                "does close() wait for the end of run()?",
                "When close() returned, %d descriptors were free again; when run() had ended, %d.",
                freedAtOnce,
                freed);
    }

    /** How many descriptors this step's server holds while so many clients are there. */
    default int descriptorsHeldFor(int clients) {
        return clients + 2; // the listener and the selector
    }

    /** A second close() does nothing, and run() after it returns at once. */
    @Order(56)
    @Test
    @Tag("inside")
    default void mayBeClosedTwice(InProcessServer server) {
        server.close();
        server.awaitEnd();
        server.close();
        server.runAgain();
        server.awaitEnd();
    }

    /** A server that cannot listen leaves nothing open, however often somebody tries again. */
    @Order(61)
    @Test
    @Tag("inside")
    default void failedConstructorsLeaveNoDescriptors(InProcessServer server) throws IOException {
        try (ServerSocket other = new ServerSocket(0)) {
            int[] impossible = {other.getLocalPort(), 99_999}; // taken, and none at all
            for (int port : impossible) {
                assertThatThrownBy(() -> server.another(port)).isInstanceOf(Exception.class);
            }
            long before = Machine.openDescriptors();
            for (int i = 0; i < 100; i++) {
                int port = impossible[i % 2];
                assertThatThrownBy(() -> server.another(port)).isInstanceOf(Exception.class);
            }
            long left = Machine.openDescriptors() - before;
            // others in this process may open a file meanwhile
            ServerFault.unless(
                    left <= 10,
                    Kind.CONSTRUCTOR_LEAKS,
                    "when bind() throws an exception, who closes what was opened before it?",
                    "100 servers that could not listen left %d descriptors open.",
                    left);
        }
    }

    /** Its buffers are of a sensible size. */
    @Order(63)
    @Test
    @Tag("inside")
    default void needsLittleMemoryOfItsOwn(InProcessServer server) throws Exception {
        long before = Machine.bytesInDirectBuffers();
        try (AutoCloseable another = server.another(0)) {
            long taken = Machine.bytesInDirectBuffers() - before;
            Unmet.unless(taken < 1_000_000, "how large is each allocateDirect()?", """
                    A new server has %d bytes in direct buffers.""", taken);
        }
    }
}
