package tcp.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.statistics.descriptive.Median;

/**
 * Finds the rounds in which the machine stood still or was slow: the host took the
 * processor away (steal time, where the system counts it), or the floor itself, which is
 * the same program each time, took much longer than in its other rounds.
 */
final class Stalls {
    private static final double MOST_STOLEN = 0.05; // of a measurement's time
    private static final double SLOW = 1.5; // times the floor's own median
    private static final List<String> OF_FLOOR = List.of("cpu_us", "p50_us");

    private Stalls() {}

    /** A remark for each round of a sheet that was disturbed; empty if all was calm. */
    static List<String> in(String sheet, int seconds, List<Map<String, String>> rows) {
        List<String> remarks = new ArrayList<>();
        for (Map<String, String> row : rows) {
            String stolen = row.getOrDefault("steal_ms", "");
            if (!stolen.isEmpty() && Double.parseDouble(stolen) > MOST_STOLEN * 1000 * seconds) {
                remarks.add(where(sheet, row) + ", " + row.get("peer") + ": the host took the processor away for "
                        + stolen + " ms");
            }
        }
        Map<String, List<Map<String, String>>> cells = new LinkedHashMap<>();
        rows.stream().filter(row -> row.get("peer").equals(Peers.FLOOR)).forEach(row -> cells.computeIfAbsent(
                        row.get("connections") + " " + row.get("pipelined"), key -> new ArrayList<>())
                .add(row));
        for (String figure : OF_FLOOR) {
            cells.values().forEach(rounds -> remarks.addAll(slow(sheet, figure, rounds)));
        }
        return remarks;
    }

    private static List<String> slow(String sheet, String figure, List<Map<String, String>> rounds) {
        double[] values = rounds.stream()
                .map(row -> row.getOrDefault(figure, ""))
                .filter(text -> !text.isEmpty())
                .mapToDouble(Double::parseDouble)
                .toArray();
        double median = Median.withDefaults().evaluate(values.clone());
        List<String> remarks = new ArrayList<>();
        for (int i = 0; values.length == rounds.size() && i < values.length; i++) {
            if (median > 0 && values[i] > SLOW * median) { // 0: wrk does not say, with 16 pipelined
                remarks.add(String.format(
                        Locale.ROOT,
                        "%s: the machine was slow, %s took %.1f times its own median (%s)",
                        where(sheet, rounds.get(i)),
                        Peers.FLOOR,
                        values[i] / median,
                        figure));
            }
        }
        return remarks;
    }

    private static String where(String sheet, Map<String, String> row) {
        return String.format(
                Locale.ROOT,
                "%s, round %s, %s connections, %s pipelined",
                sheet,
                row.get("round"),
                row.get("connections"),
                row.get("pipelined"));
    }
}
