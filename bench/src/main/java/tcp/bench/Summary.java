package tcp.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.statistics.descriptive.Median;

/**
 * The rounds of a figure in one line: median, lowest, highest. And the same for its ratio
 * to the floor, or in an experiment to its first variant, taken within each round, so that
 * what slows the whole machine for a while slows both.
 */
final class Summary {
    /** Figures that are set against the floor. */
    private static final List<String> COMPARED = List.of("cpu_us", "per_s");

    /** One line. Connections, pipelined and idle are empty where they mean nothing. */
    record Line(
            String sheet,
            String peer,
            String connections,
            String pipelined,
            String idle,
            String figure,
            int rounds,
            double median,
            double lowest,
            double highest) {
        boolean is(String sheet, String peer, int connections, int pipelined, String figure) {
            return this.sheet.equals(sheet)
                    && this.peer.equals(peer)
                    && this.connections.equals("" + connections)
                    && this.pipelined.equals("" + pipelined)
                    && this.figure.equals(figure);
        }
    }

    private record Cell(String peer, String connections, String pipelined, String idle, String figure) {}

    private Summary() {}

    /** Sums up the rows of a sheet. Rounds with errors don't count. */
    static List<Line> of(String sheet, List<Map<String, String>> rows) {
        Map<Cell, List<Double>> rounds = new LinkedHashMap<>();
        boolean experiment = Experiments.names().contains(sheet);
        String first = experiment && !rows.isEmpty() ? rows.get(0).get("peer") : Peers.FLOOR;
        String compared = experiment ? "_to_first" : "_to_floor";
        for (Map<String, String> row : rows) {
            if (row.getOrDefault("errors", "0").equals("0")) {
                row.forEach((column, text) -> {
                    if (!Sheet.KEYS.contains(column) && !text.isEmpty() && !column.equals("errors")) {
                        put(rounds, row, column, Double.parseDouble(text));
                        Double floor = COMPARED.contains(column) ? floor(first, rows, row, column) : null;
                        if (floor != null) {
                            put(rounds, row, column + compared, Double.parseDouble(text) / floor);
                        }
                    }
                });
            }
        }
        List<Line> lines = new ArrayList<>();
        rounds.forEach((cell, values) -> lines.add(line(sheet, cell, values)));
        return lines;
    }

    private static void put(Map<Cell, List<Double>> rounds, Map<String, String> row, String figure, double value) {
        rounds.computeIfAbsent(
                        new Cell(
                                row.get("peer"),
                                row.getOrDefault("connections", ""),
                                row.getOrDefault("pipelined", ""),
                                row.getOrDefault("idle", ""),
                                figure),
                        cell -> new ArrayList<>())
                .add(value);
    }

    /** The floor's figure of the same round; null if it has none. */
    private static Double floor(String floor, List<Map<String, String>> rows, Map<String, String> row, String column) {
        return rows.stream()
                .filter(other -> other.get("peer").equals(floor)
                        && other.getOrDefault("errors", "0").equals("0")
                        && !other.get(column).isEmpty()
                        && List.of("round", "connections", "pipelined", "idle").stream()
                                .allMatch(key -> other.getOrDefault(key, "").equals(row.getOrDefault(key, ""))))
                .map(other -> Double.valueOf(other.get(column)))
                .filter(value -> value > 0)
                .findFirst()
                .orElse(null);
    }

    private static Line line(String sheet, Cell cell, List<Double> values) {
        double[] all = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Line(
                sheet,
                cell.peer(),
                cell.connections(),
                cell.pipelined(),
                cell.idle(),
                cell.figure(),
                all.length,
                Median.withDefaults().evaluate(all.clone()),
                all[0],
                all[all.length - 1]);
    }

    static void write(List<Line> lines, Path file) throws IOException {
        try (var printer = new CSVPrinter(Files.newBufferedWriter(file), Sheet.FORMAT)) {
            printer.printRecord(
                    "sheet",
                    "peer",
                    "connections",
                    "pipelined",
                    "idle",
                    "figure",
                    "rounds",
                    "median",
                    "lowest",
                    "highest");
            for (Line line : lines) {
                printer.printRecord(
                        line.sheet,
                        line.peer,
                        line.connections,
                        line.pipelined,
                        line.idle,
                        line.figure,
                        line.rounds,
                        Sheet.text(line.median),
                        Sheet.text(line.lowest),
                        Sheet.text(line.highest));
            }
        }
    }
}
