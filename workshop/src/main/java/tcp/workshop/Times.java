package tcp.workshop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tcp.testkit.system.UserError;
import tcp.workshop.Workspace.Held;

/** How long a participant took, in three lines to hand over. They do not say who it was, nor when. */
final class Times {
    /** How long one requirement kept its participant busy, in minutes. */
    private record Wait(long minutes, String what) {}

    private Times() {}

    /** @throws UserError if no exercise is started */
    static String of(List<Exercise> exercises, Workspace mine) {
        List<String> minutes = new ArrayList<>();
        List<String> tries = new ArrayList<>();
        List<Wait> waits = new ArrayList<>();
        for (Exercise exercise : exercises) {
            Instant before = mine.started(exercise);
            if (before == null) {
                continue;
            }
            long all = 0;
            for (Held held : mine.held(exercise)) { // the first that holds after others is what one worked at
                long wait = Duration.between(before, held.at()).toMinutes();
                waits.add(new Wait(wait, exercise.name() + " " + Checker.words(held.requirement())));
                all = Duration.between(mine.started(exercise), held.at()).toMinutes();
                before = held.at();
            }
            boolean done = mine.result(exercise).startsWith("all ");
            minutes.add("%s %d%s".formatted(exercise.name(), all, done ? "" : " (not all)"));
            tries.add("%s %d/%d".formatted(exercise.name(), mine.checks(exercise), mine.hintsShown(exercise)));
        }
        if (minutes.isEmpty()) {
            throw new UserError("No exercise is started. Begin with: " + Report.RUN + " start step1");
        }
        List<String> longest = waits.stream()
                .filter(wait -> wait.minutes > 0)
                .sorted(Comparator.comparing(Wait::minutes).reversed())
                .limit(3)
                .map(wait -> "%s %d".formatted(wait.what, wait.minutes))
                .toList();
        return """
                minutes: %s
                checks/hints: %s
                longest, in minutes: %s""".formatted(
                        String.join(", ", minutes),
                        String.join(", ", tries),
                        longest.isEmpty() ? "none over a minute" : String.join("; ", longest));
    }
}
