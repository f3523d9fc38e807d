package tcp.bench;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * A file of measurements: a row for every single one. Some columns say what was measured
 * (KEYS); all others are figures, and their names end in their unit.
 */
final class Sheet implements AutoCloseable {
    static final Set<String> KEYS = Set.of("round", "peer", "connections", "pipelined", "idle", "rate");
    static final CSVFormat FORMAT =
            CSVFormat.DEFAULT.builder().setRecordSeparator("\n").get();
    private static final CSVFormat WITH_HEADER =
            FORMAT.builder().setHeader().setSkipHeaderRecord(true).get();

    private final String name;
    private final List<String> columns;
    private final CSVPrinter printer;
    private final List<Map<String, String>> rows = new ArrayList<>();

    Sheet(Path folder, String name, String... columns) throws IOException {
        this.name = name;
        this.columns = List.of(columns);
        Writer file = Files.newBufferedWriter(folder.resolve(name + ".csv"));
        printer = new CSVPrinter(file, FORMAT);
        printer.printRecord(this.columns);
        printer.flush();
    }

    /** One row, its cells in the order of the columns. It is in the file at once. */
    void add(Object... cells) throws IOException {
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            row.put(columns.get(i), text(cells[i]));
        }
        rows.add(row);
        printer.printRecord(row.values());
        printer.flush();
    }

    /** Figures with four digits that count; more would be noise. */
    static String text(Object cell) {
        if (!(cell instanceof Double)) {
            return String.valueOf(cell);
        }
        double value = (Double) cell;
        if (Double.isNaN(value)) {
            return "";
        }
        int digits = value == 0 ? 0 : Math.max(0, 3 - (int) Math.floor(Math.log10(Math.abs(value))));
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    String name() {
        return name;
    }

    List<Map<String, String>> rows() {
        return rows;
    }

    static List<Map<String, String>> read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file);
                var parser = WITH_HEADER.parse(reader)) {
            List<Map<String, String>> rows = new ArrayList<>();
            for (var row : parser) {
                rows.add(new LinkedHashMap<>(row.toMap()));
            }
            return rows;
        }
    }

    @Override
    public void close() throws IOException {
        printer.close();
    }
}
