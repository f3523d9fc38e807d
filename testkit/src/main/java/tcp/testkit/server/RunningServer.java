package tcp.testkit.server;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;

/** A server that a test can talk to. How it was started is no concern of the test's. */
public abstract class RunningServer implements AutoCloseable {
    public static final String LISTENING = "Listening on port ";

    /** Where it listens. */
    public abstract InetSocketAddress address();

    /** The lines it has printed on standard output so far, without the one on where it listens. */
    public abstract List<String> out();

    /** The lines it has printed on standard error so far. */
    public abstract List<String> err();

    /** CPU time that it has used so far. Skips the test where that cannot be told. */
    public abstract Duration cpuTime();

    /** What is wrong with it by now, if it can be seen from outside. */
    abstract Optional<ServerFault> fault();

    /**
     * Looks for a moment at what it does, when it seems to do nothing for its clients.
     *
     * @return that it spins, or stays in a handler; or nothing: it waits in select(), or that cannot be seen
     */
    Optional<ServerFault> look() {
        return Optional.empty();
    }

    /** Asks it to end, in the way its kind is ended, and frees what it holds. */
    @Override
    public abstract void close();

    /**
     * Waits until it has ended.
     *
     * @throws ServerFault if it does not end, or did so with an exception
     */
    public abstract void awaitEnd();

    /** The same as {@link #cpuShareAtRest(double, int)}, with five tries. */
    public final double cpuShareAtRest(double enough) throws InterruptedException {
        return cpuShareAtRest(enough, 5);
    }

    /**
     * What it uses of one CPU while nothing happens: 0 is idle, 1 is a busy core. A process that was just asked
     * something may still compile what it did, so the least of some tries of a quarter of a second counts.
     *
     * @param enough how little will do: there is no other try after one with less
     */
    public final double cpuShareAtRest(double enough, int tries) throws InterruptedException {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < tries && least >= enough; i++) {
            Duration before = cpuTime();
            long start = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(250); // what is measured, not waited for
            Duration used = cpuTime().minus(before);
            least = Math.min(least, (double) used.toNanos() / (System.nanoTime() - start));
        }
        return least;
    }

    /** Waits until it has printed this line. */
    public final void awaitOutput(String line) {
        if (!awaitPrinted(() -> out().contains(line))) {
            throw new AssertionError("It did not print \"" + line + "\".\n" + this);
        }
    }

    /** Checks that it has printed these lines and no others, once it had time to do so. */
    public final void expectOutput(String... lines) {
        awaitPrinted(() -> out().size() >= lines.length);
        Unmet.unless(
                out().equals(List.of(lines)),
                "what is printed when, and does each case reach its own println()?",
                """
                        It should have printed %s
                        and it has printed    %s""",
                List.of(lines),
                out());
    }

    /** Waits until this holds for what it has printed, or it will print no more. Returns whether it does. */
    boolean awaitPrinted(BooleanSupplier condition) {
        return await(Client.patience(), condition);
    }

    /** Waits until this holds, at most so long. Returns whether it does. */
    public static boolean await(Duration limit, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    @Override
    public String toString() {
        return "Standard output: " + out() + "\nStandard error:  " + err();
    }
}
