package tcp.bench;

import java.io.PrintStream;
import java.time.Duration;

/** Says what runs, and how long it will still take. */
final class Progress {
    private final PrintStream out;
    private final double planned; // seconds
    private final long start = System.nanoTime();
    private double done; // seconds of those planned

    Progress(PrintStream out, double planned) {
        this.out = out;
        this.planned = planned;
    }

    /** Tells what begins now and for how many seconds that was planned. */
    void begin(String what, double seconds) {
        double elapsed = (System.nanoTime() - start) / 1e9;
        // What has been planned takes a little more or less here: the past tells.
        double factor = done < 5 ? 1 : elapsed / done;
        out.printf("[%3.0f%%] %-58s %s left%n", 100 * done / planned, what, time((planned - done) * factor));
        done = Math.min(planned, done + seconds);
    }

    static String time(double seconds) {
        Duration time = Duration.ofSeconds(Math.max(1, Math.round(seconds)));
        return time.toMinutes() > 0
                ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                : time.toSeconds() + " s";
    }
}
