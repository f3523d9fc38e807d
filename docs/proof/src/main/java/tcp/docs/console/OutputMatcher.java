package tcp.docs.console;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares what a block shows with what a command printed. What differs from run to run
 * is no difference: the client's port, times, versions of curl, {@code <n>} for any
 * number, and a line {@code ...} for any lines. A percentage is idle (below 20) or busy.
 */
public final class OutputMatcher {
    private static final String NUMBER = "(?:0x[0-9a-f]+|[0-9][0-9.,]*|<n>)";
    private static final Pattern VARYING = Pattern.compile("(?<any> *<n>)"
            + "|(?<port>(?<=127\\.0\\.0\\.1:|\\[::1\\]:|0:0:1\\]?:|at address: )[0-9]+)"
            + "|(?<ms>[0-9.]+(?= ?ms\\b))|(?<time>[0-9]+m[0-9.]+s)"
            + "|(?<curl>(?<=curl/)[0-9.]+)|(?<percent>[0-9.]+(?= ?%))");
    private static final double BUSY = 20; // percent

    private final List<String> expected;
    private final List<String> actual;
    private final Boolean[][] fits;
    private int furthest;

    private OutputMatcher(List<String> expected, List<String> actual) {
        this.expected = strip(expected);
        this.actual = strip(actual);
        fits = new Boolean[this.expected.size() + 1][this.actual.size() + 1];
    }

    static boolean fits(List<String> expected, List<String> actual) {
        return new OutputMatcher(expected, actual).fit(0, 0);
    }

    /** The first expected line, from 0, that could not be found; -1 if all fits. */
    public static int misfit(List<String> expected, List<String> actual) {
        OutputMatcher output = new OutputMatcher(expected, actual);
        return output.fit(0, 0) ? -1 : output.furthest;
    }

    private boolean fit(int e, int a) {
        if (fits[e][a] == null) {
            furthest = Math.max(furthest, e);
            fits[e][a] = e == expected.size()
                    ? a == actual.size()
                    : expected.get(e).equals("...")
                            ? fitAny(e, a)
                            : a < actual.size() && fits(expected.get(e), actual.get(a)) && fit(e + 1, a + 1);
        }
        return fits[e][a];
    }

    private boolean fitAny(int e, int a) {
        for (int rest = actual.size(); rest >= a; rest--) {
            if (fit(e + 1, rest)) {
                return true;
            }
        }
        return false;
    }

    /** Whether one line is the other, but for what varies. */
    static boolean fits(String expected, String actual) {
        StringBuilder pattern = new StringBuilder();
        List<Double> percentages = new ArrayList<>();
        Matcher varying = VARYING.matcher(expected);
        int end = 0;
        while (varying.find()) {
            pattern.append(Pattern.quote(expected.substring(end, varying.start())));
            if (varying.group("percent") != null) {
                percentages.add(Double.valueOf(varying.group()));
                pattern.append("([0-9.]+)");
            } else if (varying.group("time") != null) {
                pattern.append("[0-9]+m[0-9.]+s");
            } else if (varying.group("any") != null) {
                pattern.append(" *").append(NUMBER);
            } else {
                pattern.append(NUMBER);
            }
            end = varying.end();
        }
        pattern.append(Pattern.quote(expected.substring(end)));
        Matcher same = Pattern.compile(pattern.toString()).matcher(actual);
        if (!same.matches()) {
            return false;
        }
        for (int i = 0; i < percentages.size(); i++) {
            double seen = Double.parseDouble(same.group(i + 1));
            if (seen >= BUSY != percentages.get(i) >= BUSY) {
                return false;
            }
        }
        return true;
    }

    /** Without blanks at line ends, and without empty lines at the end. */
    static List<String> strip(List<String> lines) {
        List<String> stripped =
                new ArrayList<>(lines.stream().map(String::stripTrailing).toList());
        while (!stripped.isEmpty() && stripped.get(stripped.size() - 1).isEmpty()) {
            stripped.remove(stripped.size() - 1);
        }
        return stripped;
    }
}
