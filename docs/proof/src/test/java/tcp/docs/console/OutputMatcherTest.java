package tcp.docs.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tcp.docs.page.Block;

/** An output is compared with its block, but for what differs from run to run. */
class OutputMatcherTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from /127.0.0.1:54321 | from /127.0.0.1:40000",
                "it took 12 ms     | it took 3.5 ms",
                "real 0m0.017s | real 0m1.2s",
                "99%               | 45.5%",
                "0.3% | 12%",
                "<n> requests | 12,345 requests",
                "   <n> x          | 7 x"
            })
    void whatVariesIsNoDifference(String expected, String actual) {
        assertThat(OutputMatcher.fits(expected, actual)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from /127.0.0.1:54321 | from /127.0.0.2:54321",
                "Read 6 bytes      | Read 7 bytes",
                "99% | 3%",
                "0.3% | 97%",
                "<n> requests      | no requests",
                "hello | hello!"
            })
    void allElseIsADifference(String expected, String actual) {
        assertThat(OutputMatcher.fits(expected, actual)).isFalse();
    }

    @Test
    void dotsStandForAnyLines() {
        List<String> expected = List.of("a", "...", "z");
        assertThat(OutputMatcher.fits(expected, List.of("a", "z"))).isTrue();
        assertThat(OutputMatcher.fits(expected, List.of("a", "b", "c", "z"))).isTrue();
        assertThat(OutputMatcher.fits(expected, List.of("a", "b"))).isFalse();
        assertThat(OutputMatcher.fits(expected, List.of("b", "z"))).isFalse();
    }

    /** An update keeps the lines that fit, and what stands in them for what varies. */
    @Test
    void anUpdateChangesOnlyWhatDiffers() {
        assertThat(command("$ x", "took 3 ms", "Read <n> bytes", "old")
                        .updated(List.of("took 4 ms", "Read 7 bytes", "new", "newer")))
                .containsExactly("$ x", "took 3 ms", "Read <n> bytes", "new", "newer");
        assertThat(command("$ x", "old", "...", "end").updated(List.of("new", "1", "2", "end")))
                .containsExactly("$ x", "new", "...", "end");
        assertThat(command("$ x", "old", "...", "end").updated(List.of("new", "1", "2")))
                .isNull();
    }

    private static Command command(String... lines) {
        return Command.of(new Block("docs/step2-discard.md", 0, 1, "console title=\"client\"", List.of(lines)))
                .get(0);
    }
}
