package tcp.testkit.server;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import tcp.testkit.client.Flood;
import tcp.testkit.server.ServerFault.Kind;

/** How long one client waits for its answers while others are busy. */
public final class Latency {
    private static final Duration TIME = Duration.ofMillis(250);
    private static final int LEAST = 25;
    private static final int GOAL = 10; // ms
    private static final int MOST = 100; // ms

    private Latency() {}

    /**
     * Asks for a quarter of a second during a flood, and 25 times at least; prints the median and
     * the worst, and fails if the median is over 100 ms, and over ten times that of before the flood.
     * The goal is 10 ms; a machine that is busy with other things may need more, so missing the goal
     * is only printed. A server that is not fair is far beyond both.
     */
    public static void check(String what, Runnable question, Supplier<Flood> floods) {
        double most = Math.max(MOST, 10 * median(5, question));
        try (Flood flood = floods.get()) {
            check(what, question, most);
        }
    }

    private static void check(String what, Runnable question, double most) {
        LongStream.Builder builder = LongStream.builder();
        long begin = System.nanoTime();
        for (int i = 0; i < LEAST || System.nanoTime() - begin < TIME.toNanos(); i++) {
            builder.add(of(question));
        }
        long[] nanos = builder.build().sorted().toArray();
        double median = nanos[nanos.length / 2] / 1e6;
        double worst = nanos[nanos.length - 1] / 1e6;
        String goal = median > GOAL ? " (the goal is a median of " + GOAL + " ms)" : "";
        System.err.printf(
                Locale.ROOT, "%s: median %.2f ms, worst %.2f ms of %d%s%n", what, median, worst, nanos.length, goal);
        ServerFault.unless(
                median < most,
                Kind.UNFAIR,
                "does the loop read one client until nothing is left, or wait inside a handler? One read per readiness is fair.",
                """
                    %s: half of the answers took over %.0f ms.
                    Expected:  under %.0f ms""",
                what,
                median,
                most);
    }

    /** The median of so many questions, in milliseconds. */
    public static double median(int times, Runnable question) {
        long[] nanos =
                LongStream.generate(() -> of(question)).limit(times).sorted().toArray();
        return nanos[times / 2] / 1e6;
    }

    private static long of(Runnable question) {
        long start = System.nanoTime();
        question.run();
        return System.nanoTime() - start;
    }
}
