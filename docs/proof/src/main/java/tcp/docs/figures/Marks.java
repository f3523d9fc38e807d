package tcp.docs.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The scoreboard's tables, as the recorded marks have them. */
final class Marks {
    private static final Map<String, String> SIGNS =
            Map.of("holds", "●", "refuses", "◐", "fails", "✗", "not tried", "–");

    private final Function<String, List<Map<String, String>>> files;

    Marks(Function<String, List<Map<String, String>>> files) {
        this.files = files;
    }

    /**
     * What stands between the comments.
     *
     * @param what
     *            "marks": all marks of this run; "and NAME": what that run has otherwise; else a
     *            trial: each server's mark, and what was seen
     */
    String block(String run, String what) {
        List<Map<String, String>> rows = files.apply(run + "/marks.csv");
        return what.equals("marks")
                ? all(rows)
                : what.startsWith("and ")
                        ? differences(rows, files.apply(what.substring(4) + "/marks.csv"))
                        : trial(rows, what);
    }

    private static String all(List<Map<String, String>> rows) {
        Set<String> trials = new LinkedHashSet<>();
        Map<String, Map<String, String>> signs = new LinkedHashMap<>();
        for (Map<String, String> row : rows) {
            trials.add(row.get("trial"));
            signs.computeIfAbsent(row.get("server"), server -> new LinkedHashMap<>())
                    .merge(row.get("trial"), SIGNS.get(row.get("mark")), (plain, set) -> plain + "→" + set);
        }
        StringBuilder table = new StringBuilder("\n| server |");
        trials.forEach(trial -> table.append(' ').append(trial).append(" |"));
        table.append("\n|---|").append(":-:|".repeat(trials.size())).append('\n');
        signs.forEach((server, marks) -> {
            table.append("| ").append(server).append(" |");
            trials.forEach(trial ->
                    table.append(' ').append(marks.getOrDefault(trial, "–")).append(" |"));
            table.append('\n');
        });
        return table.append('\n').toString();
    }

    private static String trial(List<Map<String, String>> rows, String trial) {
        StringBuilder table = new StringBuilder("\n| server | | what was seen |\n|---|---|---|\n");
        List<Map<String, String>> shown =
                rows.stream().filter(row -> row.get("trial").equals(trial)).toList();
        if (shown.isEmpty()) {
            throw new IllegalArgumentException("no trial " + trial + " in marks.csv");
        }
        for (Map<String, String> row : shown) {
            table.append("| ").append(row.get("server"));
            if (!row.get("setting").isEmpty()) {
                table.append(", `").append(row.get("setting")).append('`');
            }
            table.append(" | ").append(row.get("mark")).append(" | ").append(row.get("seen"));
            if (!row.get("decides").isEmpty()) {
                table.append(" (").append(row.get("decides")).append(')');
            }
            table.append(" |\n");
        }
        return table.append('\n').toString();
    }

    private static String differences(List<Map<String, String>> first, List<Map<String, String>> second) {
        List<String> lines = new ArrayList<>();
        for (Map<String, String> row : first) {
            second.stream()
                    .filter(other -> List.of("server", "trial", "setting").stream()
                            .allMatch(key -> other.get(key).equals(row.get(key))))
                    .filter(other -> !other.get("mark").equals(row.get("mark")))
                    .forEach(other -> lines.add("| " + row.get("server") + " | " + row.get("trial") + " | "
                            + row.get("mark") + ": " + row.get("seen") + " | " + other.get("mark") + ": "
                            + other.get("seen") + " |\n"));
        }
        return lines.isEmpty()
                ? "\nEvery mark was the same.\n\n"
                : "\n| server | trial | the first run | the second run |\n|---|---|---|---|\n" + String.join("", lines)
                        + "\n";
    }
}
