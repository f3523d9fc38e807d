package tcp.testkit.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.difflib.DiffUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What people read stays small enough to read. This is about the text of the steps, and all
 * of them together, so it stands here and not in a step.
 */
class ReadableTest {
    @ParameterizedTest
    @CsvSource({"INIT, 72", "DISCARD, 85", "READ, 118", "WRITE, 140", "HTTP, 172"})
    void stepIsShort(Steps step, int most) {
        assertThat(step.source()).as("lines of " + step.folder).hasSizeLessThanOrEqualTo(most);
    }

    @ParameterizedTest
    @CsvSource({"DISCARD, 60", "READ, 60", "WRITE, 60", "HTTP, 80"})
    void stepChangesLittle(Steps step, int most) {
        int changed = DiffUtils.diff(step.before().source(), step.source()).getDeltas().stream()
                .mapToInt(delta -> delta.getSource().size() + delta.getTarget().size())
                .sum();
        assertThat(changed).as("lines of the diff to " + step.folder).isLessThanOrEqualTo(most);
    }

    /** The steps, and the workshop's starters and solutions: they fit beside a page. */
    @Test
    void serversFitInto90Columns() throws IOException {
        try (Stream<Path> exercises = Files.walk(Steps.project().resolve("workshop/exercises"))) {
            List<Path> servers = Stream.concat(
                            Stream.of(Steps.values()).map(Steps::file),
                            exercises.filter(file -> file.endsWith("Server.java")))
                    .toList();
            assertThat(servers).hasSizeGreaterThan(Steps.values().length);
            for (Path server : servers) {
                assertThat(Files.readAllLines(server))
                        .as("columns of " + server)
                        .allMatch(line -> line.length() <= 90);
            }
        }
    }
}
