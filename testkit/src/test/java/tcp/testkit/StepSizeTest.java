package tcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The steps stay small enough to read, and so does what each changes. */
class StepSizeTest {
    @ParameterizedTest
    @CsvSource({"step1-init, 72", "step2-discard, 85", "step3-read, 118", "step4-write, 140", "step5-http, 172"})
    void stepIsShort(String step, int most) throws IOException {
        List<String> lines = source(step);
        assertThat(lines).as("lines of " + step).hasSizeLessThanOrEqualTo(most);
        assertThat(lines).as("columns of " + step).allMatch(line -> line.length() <= 90);
    }

    @ParameterizedTest
    @CsvSource({
        "step1-init, step2-discard, 60",
        "step2-discard, step3-read, 60",
        "step3-read, step4-write, 60",
        "step4-write, step5-http, 80"
    })
    void stepChangesLittle(String from, String to, int most) throws IOException {
        int changed = DiffUtils.diff(source(from), source(to)).getDeltas().stream()
                .mapToInt(StepSizeTest::linesChanged)
                .sum();
        assertThat(changed).as("lines of the diff from " + from + " to " + to).isLessThanOrEqualTo(most);
    }

    private static int linesChanged(AbstractDelta<String> delta) {
        return delta.getSource().size() + delta.getTarget().size();
    }

    private static List<String> source(String step) throws IOException {
        return Files.readAllLines(Path.of("..", step, "src/main/java/tcp/Server.java"));
    }
}
