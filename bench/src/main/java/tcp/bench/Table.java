package tcp.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The result as a table for the screen. */
final class Table {
    private record Column(
            String head, String sheet, String connections, String pipelined, String idle, String figure, int digits) {}

    private static final List<Column> COLUMNS = List.of(
            cpu("1 conn.", 1, 1),
            cpu("16", 16, 1),
            cpu("128", 128, 1),
            cpu("1024", 1024, 1),
            cpu("128 x 16", 128, 16),
            new Column("req/s 128", "load", "128", "1", "", "per_s", 0),
            new Column("p50 µs", "rate", "128", "1", "", "p50_us", 0),
            new Column("p99 µs", "rate", "128", "1", "", "p99_us", 0),
            new Column("bytes/idle", "memory", "", "", null, "each_bytes", 0),
            new Column("start ms", "start", "", "", "", "start_ms", 0));

    private Table() {}

    private static Column cpu(String head, int connections, int pipelined) {
        return new Column(head, "load", "" + connections, "" + pipelined, "", "cpu_us_to_floor", 2);
    }

    static String of(List<Summary.Line> lines) {
        StringBuilder text = new StringBuilder("""
                CPU time a request, c-epoll = 1 (medians of the rounds), at 1 to 1024 connections and \
                16 pipelined;
                requests a second at 128; waits at 128 at a fixed rate; memory an idle connection; \
                start-up

                """);
        text.append(String.format("%-15s", ""));
        COLUMNS.forEach(column -> text.append(pad(column, column.head())));
        text.append("\n");
        for (String peer : Peers.names()) {
            List<String> cells = new ArrayList<>();
            for (Column column : COLUMNS) {
                cells.add(pad(
                        column,
                        lines.stream()
                                .filter(line -> line.peer().equals(peer)
                                        && line.sheet().equals(column.sheet())
                                        && line.connections().equals(column.connections())
                                        && line.pipelined().equals(column.pipelined())
                                        && (column.idle() == null || line.idle().equals(column.idle()))
                                        && line.figure().equals(column.figure()))
                                .map(line -> String.format(Locale.ROOT, "%." + column.digits() + "f", line.median()))
                                .findFirst()
                                .orElse("-")));
            }
            if (cells.stream().anyMatch(cell -> !cell.isBlank() && !cell.strip().equals("-"))) {
                text.append(String.format("%-15s", peer))
                        .append(String.join("", cells))
                        .append("\n");
            }
        }
        return text.toString();
    }

    private static String pad(Column column, String text) {
        return String.format("%" + (Math.max(column.head().length(), 6) + 2) + "s", text);
    }
}
