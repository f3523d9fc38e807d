package tcp.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A folder of results: what follows from its sheets is made again from them. */
final class Results {
    private static final List<String> SHEETS = Stream.concat(
                    Stream.of("load", "rate", "ab", "idle", "memory", "start", "syscalls"),
                    Experiments.names().stream())
            .toList();

    private Results() {}

    static List<Summary.Line> lines(Path folder) throws IOException {
        List<Summary.Line> lines = new ArrayList<>();
        for (String sheet : SHEETS) {
            Path file = folder.resolve(sheet + ".csv");
            if (Files.exists(file)) {
                lines.addAll(Summary.of(sheet, Sheet.read(file)));
            }
        }
        return lines;
    }

    /** Writes summary.csv; the sheets stay as they are. */
    static List<Summary.Line> summarise(Path folder) throws IOException {
        List<Summary.Line> lines = lines(folder);
        Summary.write(lines, folder.resolve("summary.csv"));
        return lines;
    }
}
