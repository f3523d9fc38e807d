package tcp.docs.figures;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import tcp.docs.page.Page;
import tcp.docs.page.Problem;

/**
 * Figures that were measured stand in the pages as the recorded results have them. HTML
 * comments, which no reader sees, say which:
 *
 * <pre>
 * &lt;!-- table jdk25: 16 = load/16/1//cpu_us; 128 = ~load/128/1//cpu_us --&gt;
 * (a table, written by -Ddocs.update: a row for each server; ~ adds the lowest and highest round)
 * &lt;!-- /table --&gt;
 * &lt;!-- settings jdk25 peer: name | what was set --&gt;
 * (a table of the rows of meta.csv that begin with this word; without one, of all others)
 * &lt;!-- /settings --&gt;
 * &lt;!-- scoreboard first: marks --&gt;
 * (what bench/scoreboard/first has: all marks; or a trial's name; or "and second", what differs there)
 * &lt;!-- /scoreboard --&gt;
 * &lt;!-- = jdk25 step5 load/128/1//cpu_us --&gt;7.1&lt;!-- / --&gt;
 * &lt;!-- holds jdk25: step5 &lt; nginx, virtual; load/16,128/1//cpu_us --&gt;
 * (its median is less than that of each of these, with 16 connections and with 128;
 * &lt;&lt; for &lt;: its highest round is less than the lowest of each)
 * </pre>
 *
 * A figure is named as bench/results/…/summary.csv has it:
 * sheet/connections/pipelined/idle/figure.
 */
final class Figures {
    private static final Pattern TABLE =
            Pattern.compile("(<!-- table (\\w+): ([^>]*?) -->\\n)(.*?)(<!-- /table -->)", Pattern.DOTALL);
    private static final Pattern SETTINGS =
            Pattern.compile("(<!-- settings (\\w+)( \\w+)?: ([^>]*?) -->\\n)(.*?)(<!-- /settings -->)", Pattern.DOTALL);
    private static final Pattern MARKS =
            Pattern.compile("(<!-- scoreboard (\\w+): ([^>]*?) -->\\n)(.*?)(<!-- /scoreboard -->)", Pattern.DOTALL);
    private static final Pattern INLINE =
            Pattern.compile("(<!-- = (\\w+) (\\S+) (\\S+) -->)(.*?)(<!-- / -->)", Pattern.DOTALL);
    private static final Pattern COMMENT = Pattern.compile("<!--(.*?)-->", Pattern.DOTALL);
    private static final Pattern HOLDS = Pattern.compile("<!-- holds (\\w+): (\\S+) (<<?) ([^;>]+); (\\S+) -->");
    private static final Pattern GIVEN = Pattern.compile("<!-- given: .*?<!-- /given -->", Pattern.DOTALL);
    /** What looks like something that was measured. */
    private static final Pattern FIGURE = Pattern.compile(
            "\\d+\\.\\d+|\\d[\\d,]* ?(?:µs|ms|s|seconds|bytes|kB|MB|%|times|percent|requests a second)(?![\\w-])");

    private final Path root;
    private final Page page;
    private final Map<String, List<Map<String, String>>> files = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    private Figures(Path root, Page page) {
        this.root = root;
        this.page = page;
    }

    /** Everything that is wrong with the figures of a page. */
    static List<Problem> check(Path root, Page page) {
        Figures figures = new Figures(root, page);
        String right = figures.update();
        figures.checkHolds();
        List<String> is = page.text.lines().toList();
        List<String> must = right.lines().toList();
        int line = 0;
        while (line < is.size() && line < must.size() && is.get(line).equals(must.get(line))) {
            line++;
        }
        if (!is.equals(must)) {
            figures.problems.add(page.problem(
                            line + 1,
                            "the recorded results give: " + (line < must.size() ? must.get(line) : "nothing"),
                            "let -Ddocs.update write the figures")
                    .with(new Problem.Edit(
                            root.resolve(page.name), text -> new Figures(root, new Page(page.name, text)).update())));
        }
        page.text
                .lines()
                .filter(text -> text.startsWith("<!-- = "))
                .forEach(text -> figures.problems.add(page.problem(
                        is.indexOf(text) + 1,
                        "a comment at the beginning of a line ends the paragraph",
                        "begin the line with a word")));
        COMMENT.matcher(page.text)
                .results()
                .filter(comment -> comment.group(1).contains("--"))
                .forEach(comment -> figures.problems.add(page.problem(
                        (int) page.text.substring(0, comment.start()).lines().count(),
                        "a comment with -- in it is shown to the reader",
                        "say it without")));
        return figures.problems;
    }

    /** A page whose figures are all recorded has none that was typed in. */
    static List<Problem> checkNoneTyped(Page page) {
        String text = page.text;
        for (Pattern proven : List.of(
                Pattern.compile("```.*?```", Pattern.DOTALL),
                TABLE,
                MARKS,
                SETTINGS,
                INLINE,
                GIVEN,
                Pattern.compile("<!--.*?-->", Pattern.DOTALL),
                Pattern.compile("`[^`]*`"),
                Pattern.compile("\\]\\([^)]*\\)"))) {
            // Line ends stay, for the line numbers.
            text = proven.matcher(text).replaceAll(match -> match.group().replaceAll("[^\\n]", "_"));
        }
        List<Problem> problems = new ArrayList<>();
        Matcher figure = FIGURE.matcher(text);
        while (figure.find()) {
            problems.add(page.problem(
                    line(text, figure.start()),
                    "a figure that was typed in: " + figure.group(),
                    "mark it as <!-- = jdk25 step5 load/128/1//cpu_us -->…<!-- / -->, or as"
                            + " <!-- given: source -->…<!-- /given -->"));
        }
        return problems;
    }

    /** The page with its figures as they were recorded. */
    private String update() {
        String text = page.text;
        text = replace(TABLE, text, m -> m.group(1) + table(m.group(2), m.group(3)) + m.group(5));
        text = replace(
                MARKS,
                text,
                m -> m.group(1)
                        + new Marks(folder -> read(root.resolve("bench/scoreboard/" + folder)))
                                .block(m.group(2), m.group(3))
                        + m.group(5));
        text = replace(SETTINGS, text, m -> m.group(1) + settings(m.group(2), m.group(3), m.group(4)) + m.group(6));
        return replace(
                INLINE,
                text,
                m -> m.group(1) + text(m.group(4), row(m.group(2), m.group(3), m.group(4)), "median") + m.group(6));
    }

    private String replace(Pattern pattern, String text, Function<MatchResult, String> replacement) {
        return pattern.matcher(text).replaceAll(match -> {
            try {
                return Matcher.quoteReplacement(replacement.apply(match));
            } catch (IllegalArgumentException e) {
                problems.add(page.problem(
                        line(text, match.start()),
                        e.getMessage(),
                        "name a figure that is in a summary.csv of bench/results"));
                return Matcher.quoteReplacement(match.group());
            }
        });
    }

    private void checkHolds() {
        Matcher holds = HOLDS.matcher(page.text);
        while (holds.find()) {
            String[] key = holds.group(5).split("/", 3);
            for (String connections : key[1].split(",")) {
                for (String other : holds.group(4).split(", ")) {
                    checkHolds(
                            line(page.text, holds.start()),
                            holds.group(1),
                            holds.group(2),
                            holds.group(3).equals("<<"),
                            other,
                            key[0] + "/" + connections + "/" + key[2]);
                }
            }
        }
    }

    private void checkHolds(int line, String run, String less, boolean always, String more, String key) {
        try {
            double one = Double.parseDouble(row(run, less, key).get(always ? "highest" : "median"));
            double other = Double.parseDouble(row(run, more, key).get(always ? "lowest" : "median"));
            if (one >= other) {
                problems.add(page.problem(
                        line,
                        "does not hold: " + less + " has " + one + ", " + more + " has " + other + " in " + key,
                        "write what does"));
            }
        } catch (IllegalArgumentException e) {
            problems.add(page.problem(line, e.getMessage(), "name a figure that was recorded"));
        }
    }

    private static int line(String text, int at) {
        return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
    }

    private String table(String run, String columns) {
        StringBuilder head = new StringBuilder("\n| server |");
        StringBuilder rule = new StringBuilder("|---|");
        List<String> figures = new ArrayList<>();
        Set<String> peers = new LinkedHashSet<>();
        for (String column : columns.strip().split("\\s*;\\s*")) {
            String[] parts = column.split("\\s*=\\s*", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("a column without =: " + column);
            }
            figures.add(parts[1]);
            head.append(' ').append(parts[0]).append(" |");
            rule.append("---:|");
            String key = parts[1].replace("~", "");
            summary(run).stream().filter(row -> key(row).equals(key)).forEach(row -> peers.add(row.get("peer")));
        }
        if (peers.isEmpty()) {
            throw new IllegalArgumentException("no row for any column: " + columns);
        }
        StringBuilder rows = new StringBuilder();
        for (String peer : peers) {
            rows.append("| ").append(peer).append(" |");
            figures.forEach(
                    figure -> rows.append(' ').append(cell(run, peer, figure)).append(" |"));
            rows.append('\n');
        }
        return head + "\n" + rule + "\n" + rows + "\n";
    }

    private String cell(String run, String peer, String column) {
        String key = column.replace("~", "");
        return find(run, peer, key)
                .map(row -> text(key, row, "median")
                        + (column.startsWith("~") && !row.get("rounds").equals("1")
                                ? " (" + text(key, row, "lowest") + "–" + text(key, row, "highest") + ")"
                                : ""))
                .orElse("–");
    }

    private String settings(String run, String word, String head) {
        StringBuilder rows = new StringBuilder("\n| " + head + " |\n|---|---|\n");
        String prefix = word == null ? "" : word.strip() + " ";
        boolean scoreboard = Files.isDirectory(root.resolve("bench/scoreboard").resolve(run));
        for (var row : scoreboard
                ? read(root.resolve("bench/scoreboard").resolve(run).resolve("meta.csv"))
                : read(run, "meta.csv")) {
            String what = row.get("what");
            if (prefix.isEmpty() ? !what.matches("(peer|server|remark|disturbed) .*") : what.startsWith(prefix)) {
                rows.append("| " + what.substring(prefix.length()) + " | " + row.get("is") + " |\n");
            }
        }
        return rows + "\n";
    }

    private Map<String, String> row(String run, String peer, String key) {
        return find(run, peer, key)
                .orElseThrow(
                        () -> new IllegalArgumentException("no " + key + " of " + peer + " in bench/results/" + run));
    }

    private Optional<Map<String, String>> find(String run, String peer, String key) {
        return summary(run).stream()
                .filter(row -> row.get("peer").equals(peer) && key(row).equals(key))
                .findFirst();
    }

    private static String key(Map<String, String> row) {
        return String.join(
                "/",
                row.get("sheet"),
                row.get("connections"),
                row.get("pipelined"),
                row.get("idle"),
                row.get("figure"));
    }

    /**
     * A figure with the digits that its rounds support: the last one is of the size of half the
     * distance from the lowest to the highest. Never more than three that count, and for a single
     * round two; ratios never have more than two decimals.
     */
    static String text(String key, Map<String, String> row, String which) {
        double median = Math.abs(Double.parseDouble(row.get("median")));
        double half = (Double.parseDouble(row.get("highest")) - Double.parseDouble(row.get("lowest"))) / 2;
        double size = median == 0 ? 1 : magnitude(median);
        double finest = key.contains("_to_") ? Math.max(0.01, size / 100) : size / 100;
        double step = row.get("rounds").equals("1") ? size / 10 : half == 0 ? finest : magnitude(half);
        step = Math.min(size, Math.max(finest, step));
        double value = Math.round(Double.parseDouble(row.get(which)) / step) * step;
        int decimals = (int) Math.max(0, -Math.round(Math.log10(step)));
        return String.format(Locale.ROOT, "%,." + (median == 0 ? 0 : decimals) + "f", value);
    }

    /** The power of ten at or below it. */
    private static double magnitude(double value) {
        return Math.pow(10, Math.floor(Math.log10(value)));
    }

    private List<Map<String, String>> summary(String run) {
        return read(run, "summary.csv");
    }

    private List<Map<String, String>> read(String run, String name) {
        return files.computeIfAbsent(
                run + "/" + name, file -> read(root.resolve("bench/results").resolve(file)));
    }

    private static List<Map<String, String>> read(Path file) {
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("there is no " + file);
        }
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (Reader reader = Files.newBufferedReader(file);
                var rows = format.parse(reader)) {
            return rows.stream().map(row -> row.toMap()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
