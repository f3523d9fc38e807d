package tcp.simulation.story;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tcp.simulation.Call;

/**
 * A story in which a server has broken its contract.
 *
 * @param story up to there
 * @param steps what happened, action by action
 * @param what what is wrong, in a sentence or two
 * @param thrown what has left the server; null: nothing
 * @param before the stories that the same server has had before; empty: it takes this one only
 * @param seen what each client has got, and how its connection has ended
 */
public record Failure(
        Kind kind,
        Story story,
        List<Step> steps,
        String what,
        Throwable thrown,
        List<Story> before,
        List<String> seen) {
    static final String END = " (end of stream)";
    static final String RESET = " (reset)";
    private static final int MOST_CALLS = 8; // shown for an action

    /** What can be wrong. */
    public enum Kind {
        /** The server sleeps, and a client has not got all of its answer. */
        SILENT,
        /** A client has got other bytes. */
        WRONG_BYTES,
        /** A client has got more bytes than it should. */
        MORE,
        /** The server has ended a connection too early. */
        EARLY_END,
        /** The server should have ended a connection, or itself. */
        NO_END,
        /** The server has reset a connection. */
        RESET,
        /** A client could not connect: nobody listens, or the queue of those who wait is full. */
        REFUSED,
        /** The server goes on reading from a client that takes no answers. */
        READS_ON,
        /** The server goes on serving others while a client waits. */
        STARVES,
        /** The server writes again without TCP_NODELAY, which can wait for the client's acknowledgement. */
        DELAYED,
        /** The constructor, run() or close() has failed, or run() has returned. */
        LOOP_ENDED,
        /** The server is busy with nothing. */
        SPINS,
        /** The server wakes up though nobody is there, and there is nothing to do. */
        WAKES_FOR_NOTHING,
        /** The server sleeps, and not in select(), while a client waits. */
        SLEEPS,
        /** The server calls nothing, and does not return. */
        STUCK,
        /** All clients have left, or the server is closed, and descriptors are open. */
        LEAKS,
        /** The constructor has failed, and descriptors are open. */
        CONSTRUCTOR_LEAKS
    }

    /**
     * An action, and what the server called then.
     *
     * @param moment the call before which it happened; null: the server slept
     */
    public record Step(Action action, String moment, List<Call> calls) {
        @Override
        public String toString() {
            return action.words()
                    + (moment != null ? ", just before " + moment : action.call() == Action.AT_ONCE ? " at once" : "");
        }
    }

    boolean isLike(Failure other) {
        return other != null
                && kind == other.kind
                && (thrown == null || other.thrown != null && thrown.getClass() == other.thrown.getClass());
    }

    /** The story, an action in each line, with the server's calls beside it. */
    public List<String> lines() {
        int width = steps.stream().mapToInt(it -> it.toString().length()).max().orElse(1);
        List<String> lines = new ArrayList<>();
        for (Step step : steps) {
            String calls =
                    step.calls.stream().limit(MOST_CALLS).map(Call::toString).collect(Collectors.joining(" · "));
            int more = step.calls.size() - MOST_CALLS;
            lines.add(("%2d  %-" + Math.min(width, 48) + "s  %s%s")
                    .formatted(
                            lines.size() + 1,
                            step,
                            calls,
                            more > 0 ? " · and " + more + (more == 1 ? " more call" : " more calls") : "")
                    .stripTrailing());
        }
        return lines;
    }

    /** The lines, and what is wrong. */
    @Override
    public String toString() {
        String others = before.isEmpty()
                ? ""
                : "\nThis server had %,d stories before; without them it does not happen.".formatted(before.size());
        return "%s%n%n%s%s".formatted(String.join(System.lineSeparator(), lines()), what, others);
    }
}
