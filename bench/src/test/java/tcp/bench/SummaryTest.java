package tcp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Medians, spreads, and ratios within a round. */
class SummaryTest {
    private static Map<String, String> row(int round, String peer, double cpu, int errors) {
        return Map.of(
                "round",
                "" + round,
                "peer",
                peer,
                "connections",
                "128",
                "pipelined",
                "1",
                "cpu_us",
                "" + cpu,
                "errors",
                "" + errors);
    }

    private static Summary.Line line(List<Summary.Line> lines, String peer, String figure) {
        return lines.stream()
                .filter(line -> line.is("load", peer, 128, 1, figure))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No " + figure + " of " + peer + " in " + lines));
    }

    @Test
    void medianLowestAndHighest() {
        List<Summary.Line> lines =
                Summary.of("load", List.of(row(1, "step5", 9, 0), row(2, "step5", 7, 0), row(3, "step5", 30, 0)));
        Summary.Line cpu = line(lines, "step5", "cpu_us");
        assertThat(cpu.median()).isEqualTo(9);
        assertThat(cpu.lowest()).isEqualTo(7);
        assertThat(cpu.highest()).isEqualTo(30);
        assertThat(cpu.rounds()).isEqualTo(3);
    }

    /**
     * The whole machine is slow in round 2. The medians of both figures would give 1.33;
     * in each round it was 1.1 or 1.2.
     */
    @Test
    void theRatioIsTakenWithinTheRound() {
        List<Summary.Line> lines = Summary.of(
                "load",
                List.of(
                        row(1, "c-epoll", 10, 0), row(1, "step5", 11, 0),
                        row(2, "step5", 36, 0), row(2, "c-epoll", 30, 0),
                        row(3, "c-epoll", 10, 0), row(3, "step5", 11, 0)));
        Summary.Line ratio = line(lines, "step5", "cpu_us_to_floor");
        assertThat(ratio.median()).isCloseTo(1.1, within(1e-9));
        assertThat(ratio.highest()).isCloseTo(1.2, within(1e-9));
    }

    @Test
    void aRoundWithErrorsDoesNotCount() {
        List<Summary.Line> lines = Summary.of(
                "load",
                List.of(
                        row(1, "c-epoll", 10, 0), row(1, "step5", 12, 0),
                        row(2, "c-epoll", 10, 0), row(2, "step5", 1, 5),
                        row(3, "c-epoll", 2, 5), row(3, "step5", 12, 0)));
        assertThat(line(lines, "step5", "cpu_us").rounds()).isEqualTo(2);
        assertThat(line(lines, "step5", "cpu_us_to_floor").rounds()).isEqualTo(1);
        assertThat(line(lines, "step5", "cpu_us_to_floor").median()).isCloseTo(1.2, within(1e-9));
    }

    @Test
    void withNoFloorThereIsNoRatio() {
        assertThat(Summary.of("load", List.of(row(1, "step5", 12, 0))))
                .extracting(Summary.Line::figure)
                .containsExactly("cpu_us");
    }

    static Stream<Path> recorded() throws Exception {
        return Files.list(Machine.ROOT.resolve("bench/results")).filter(Files::isDirectory);
    }

    /** The summary that the docs quote is what the recorded rounds give. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("recorded")
    void theRecordedSummaryFollowsFromTheRounds(Path folder, @TempDir Path copy) throws Exception {
        Path again = copy.resolve("summary.csv");
        Summary.write(Results.lines(folder), again);
        assertThat(again)
                .as("made of the other files of " + folder + "; to write it anew: bench/run charts --results " + folder)
                .hasSameTextualContentAs(folder.resolve("summary.csv"));
    }
}
