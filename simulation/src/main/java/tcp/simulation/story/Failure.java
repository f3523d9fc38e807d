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
 * @param before stories that the same server had lived through; empty: it needs none
 */
public record Failure(Kind kind, Story story, List<Step> steps, String what, Throwable thrown, List<Story> before) {
    private static final int WIDEST = 48;
    private static final int MOST_CALLS = 8;

    /** What can be wrong. */
    public enum Kind {
        /** The server sleeps, and a client has not got all. */
        SILENT,
        /** A client has got other bytes. */
        WRONG_BYTES,
        /** A client has got more than it should. */
        MORE,
        /** The connection has ended, and should not. */
        EARLY_END,
        /** The connection is still open, and should have ended. */
        NO_END,
        /** The connection was reset. */
        RESET,
        /** A client could not connect. */
        REFUSED,
        /** It goes on reading from a client that takes no answers. */
        NO_BACK_PRESSURE,
        /** One client, or those that connect, can keep it from serving the others. */
        UNFAIR,
        /** The constructor, run() or close() has failed, or run() has returned. */
        LOOP_ENDED,
        /** It is busy with nothing. */
        SPINS,
        /** It calls nothing, and does not return. */
        STUCK,
        /** All clients have left, or it is closed, and it has descriptors open. */
        LEAKS
    }

    /**
     * An action and what the server called then.
     *
     * @param moment the call before which it happened; null: the server slept
     */
    public record Step(Action action, String moment, List<Call> calls) {
        @Override
        public String toString() {
            return action.words() + (moment == null ? "" : ", just before " + moment);
        }
    }

    boolean isLike(Failure other) {
        return other != null
                && kind == other.kind
                && (thrown == null || other.thrown != null && thrown.getClass() == other.thrown.getClass());
    }

    /** Whether it takes more than this story: the same server had other clients before. */
    public boolean onlyAfterOthers() {
        return !before.isEmpty();
    }

    /** The story, an action in each line, with the server's calls beside it. */
    public List<String> lines() {
        int width = Math.min(
                WIDEST,
                steps.stream().mapToInt(step -> step.toString().length()).max().orElse(0));
        List<String> lines = new ArrayList<>();
        for (Step step : steps) {
            String calls =
                    step.calls.stream().limit(MOST_CALLS).map(Call::toString).collect(Collectors.joining(" · "));
            int more = step.calls.size() - MOST_CALLS;
            String line = "%2d  %-" + Math.max(width, 1) + "s  %s" + (more > 0 ? " · and %,d more calls" : "");
            lines.add(line.formatted(lines.size() + 1, step, calls, more).stripTrailing());
        }
        return lines;
    }

    @Override
    public String toString() {
        String others = onlyAfterOthers()
                ? "This server had %,d stories before; without them it does not happen.\n".formatted(before.size())
                : "";
        return "%s\n\n%s\n%s".formatted(String.join("\n", lines()), what, others);
    }
}
