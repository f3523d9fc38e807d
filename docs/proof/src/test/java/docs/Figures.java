package docs;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;

/**
 * Figures that were measured stand in the pages as the recorded results have them. Three
 * kinds of HTML comments, which no reader sees, say which:
 *
 * <pre>
 * &lt;!-- table jdk25: 16 = load/16/1//cpu_us; 128 = ~load/128/1//cpu_us --&gt;
 * (a table, written by -Ddocs.update; ~ adds the lowest and highest round)
 * &lt;!-- /table --&gt;
 * &lt;!-- = jdk25 step5 load/128/1//cpu_us --&gt;7.1&lt;!-- / --&gt;
 * &lt;!-- holds jdk25: step5 &lt; nginx, load/128/1//cpu_us --&gt;
 * </pre>
 *
 * A figure is named as bench/results/…/summary.csv has it:
 * sheet/connections/pipelined/idle/figure.
 */
final class Figures {
    private static final Pattern TABLE =
            Pattern.compile("(<!-- table (\\w+): ([^>]*?) -->\\n)(.*?)(<!-- /table -->)", Pattern.DOTALL);
    private static final Pattern INLINE =
            Pattern.compile("(<!-- = (\\w+) (\\S+|\"[^\"]+\") ([^>]*?) -->)(.*?)(<!-- / -->)", Pattern.DOTALL);
    private static final Pattern HOLDS = Pattern.compile("<!-- holds (\\w+): ([^,>]+?)" + " < ([^,>]+), ([^>]*?) -->");
    private static final Pattern GIVEN = Pattern.compile("<!-- given: .*?<!-- /given -->", Pattern.DOTALL);
    /** What looks like something that was measured. */
    private static final Pattern FIGURE = Pattern.compile(
            "\\d+\\.\\d+|\\d[\\d,]* ?(?:µs|ms" + "|s|seconds|bytes|kB|MB|%|times|percent|requests a second)(?![\\w-])");

    private final Path results;

    private Figures(Path root) {
        results = root.resolve("bench/results");
    }

    /** The page with its figures as they were recorded. */
    static String update(Path root, Page page, List<Problem> problems) {
        Figures figures = new Figures(root);
        String text = figures.replace(
                TABLE,
                page,
                page.text,
                problems,
                match -> match.group(1) + figures.table(match.group(2), match.group(3)) + match.group(5));
        return figures.replace(
                INLINE,
                page,
                text,
                problems,
                match -> match.group(1)
                        + figures.inline(match.group(2), match.group(3).replace("\"", ""), match.group(4))
                        + match.group(6));
    }

    private interface Replacement {
        String of(MatchResult match);
    }

    private String replace(Pattern pattern, Page page, String text, List<Problem> problems, Replacement replacement) {
        return pattern.matcher(text).replaceAll(match -> {
            try {
                return Matcher.quoteReplacement(replacement.of(match));
            } catch (IllegalArgumentException e) {
                problems.add(page.problem(
                        line(text, match.start()),
                        e.getMessage(),
                        "name a figure that is in a summary.csv of bench/results"));
                return Matcher.quoteReplacement(match.group());
            }
        });
    }

    private static int line(String text, int at) {
        return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
    }

    /** Everything that is wrong with the figures of a page. */
    static List<Problem> check(Path root, Page page) {
        List<Problem> problems = new ArrayList<>();
        List<String> is = page.text.lines().toList();
        List<String> must = update(root, page, problems).lines().toList();
        for (int i = 0; i < Math.max(is.size(), must.size()); i++) {
            String line = i < is.size() ? is.get(i) : "";
            String right = i < must.size() ? must.get(i) : "";
            if (!line.equals(right)) {
                problems.add(page.problem(
                        i + 1, "the recorded results give: " + right, "let -Ddocs.update write the figures"));
                break;
            }
        }
        Matcher begins = Pattern.compile("(?m)^<!-- = ").matcher(page.text);
        while (begins.find()) {
            problems.add(page.problem(
                    line(page.text, begins.start()),
                    "a comment at the beginning of a line ends the paragraph",
                    "begin the line with a word"));
        }
        Figures figures = new Figures(root);
        Matcher holds = HOLDS.matcher(page.text);
        while (holds.find()) {
            try {
                double less = figures.value(holds.group(1), holds.group(2), holds.group(4));
                double more = figures.value(holds.group(1), holds.group(3), holds.group(4));
                if (less >= more) {
                    problems.add(page.problem(
                            line(page.text, holds.start()),
                            "does not hold: " + holds.group(2) + " has " + less + ", " + holds.group(3) + " has "
                                    + more,
                            "write what does"));
                }
            } catch (IllegalArgumentException e) {
                problems.add(page.problem(
                        line(page.text, holds.start()), e.getMessage(), "name a figure that was recorded"));
            }
        }
        return problems;
    }

    /** A page whose figures are all recorded has none that was typed in. */
    static List<Problem> checkNoneTyped(Page page) {
        String text = page.text;
        for (Pattern proven : List.of(
                Pattern.compile("```.*?```", Pattern.DOTALL),
                TABLE,
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
                    "mark it as <!-- = jdk25 step5 load/128/1//cpu_us -->…<!-- / -->, or"
                            + " as <!-- given: source -->…<!-- /given -->"));
        }
        return problems;
    }

    private String table(String run, String columns) {
        StringBuilder head = new StringBuilder("\n| server |");
        StringBuilder rule = new StringBuilder("|---|");
        List<String[]> all = new ArrayList<>();
        Set<String> peers = new LinkedHashSet<>();
        for (String column : columns.strip().split("\\s*;\\s*")) {
            String[] parts = column.split("\\s*=\\s*", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("a column without =: " + column);
            }
            all.add(parts);
            head.append(' ').append(parts[0]).append(" |");
            rule.append("---:|");
            String key = parts[1].replace("~", "");
            summary(run).stream().filter(row -> key(row).equals(key)).forEach(row -> peers.add(row.get("peer")));
        }
        StringBuilder rows = new StringBuilder();
        for (String peer : peers) {
            rows.append("| ").append(peer).append(" |");
            for (String[] column : all) {
                rows.append(' ').append(cell(run, peer, column[1])).append(" |");
            }
            rows.append('\n');
        }
        if (peers.isEmpty()) {
            throw new IllegalArgumentException("no row for any column: " + columns);
        }
        return head + "\n" + rule + "\n" + rows + "\n";
    }

    private String cell(String run, String peer, String column) {
        String key = column.replace("~", "");
        return summary(run).stream()
                .filter(row -> row.get("peer").equals(peer) && key(row).equals(key))
                .map(row -> text(key, row.get("median"))
                        + (column.startsWith("~") && !row.get("rounds").equals("1")
                                ? " (" + text(key, row.get("lowest")) + "–" + text(key, row.get("highest")) + ")"
                                : ""))
                .findFirst()
                .orElse("–");
    }

    private String inline(String run, String peer, String key) {
        if (peer.equals("meta")) {
            return read(run, "meta.csv").stream()
                    .filter(row -> row.get("what").equals(key))
                    .map(row -> row.get("is"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no " + key + " in meta.csv of " + run));
        }
        String[] parts = key.split("@");
        String column = parts.length == 1 ? "median" : parts[1];
        Map<String, String> row = row(run, peer, parts[0]);
        return column.equals("rounds") ? row.get(column) : text(parts[0], row.get(column));
    }

    private double value(String run, String peer, String key) {
        return Double.parseDouble(row(run, peer, key).get("median"));
    }

    private Map<String, String> row(String run, String peer, String key) {
        return summary(run).stream()
                .filter(row -> row.get("peer").equals(peer) && key(row).equals(key))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no " + key + " of " + peer + " in bench/results/" + run));
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

    /** Ratios with two decimals, all else with three digits that count. */
    static String text(String key, String number) {
        double value = Double.parseDouble(number);
        if (key.contains("_to_")) {
            return String.format(Locale.ROOT, "%.2f", value);
        }
        double size = Math.abs(value);
        int digits = size == 0 || size >= 100 ? 0 : size >= 10 ? 1 : 2;
        double step = Math.pow(10, Math.max(0, Math.floor(Math.log10(size)) - 2));
        return String.format(Locale.ROOT, "%,." + digits + "f", size >= 100 ? Math.round(value / step) * step : value);
    }

    private List<Map<String, String>> summary(String run) {
        return read(run, "summary.csv");
    }

    private List<Map<String, String>> read(String run, String name) {
        Path file = results.resolve(run).resolve(name);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("there is no bench/results/" + run + "/" + name);
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
