package tcp.docs.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.docs.page.Docs;
import tcp.docs.page.Page;
import tcp.docs.page.Problem;

/** What the pages say was measured is what the recorded results have. */
class FiguresTest {
    private static final Docs DOCS = Docs.read();

    @TempDir
    private Path root;

    static Stream<String> pages() {
        return DOCS.pages().keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void areAsRecorded(String page) {
        Problem.assertNone(Figures.check(DOCS.root(), DOCS.pages().get(page)));
    }

    /** In the chapter about them, no figure is typed in. */
    @Test
    void areNotTypedIn() {
        Problem.assertNone(Figures.checkNoneTyped(DOCS.pages().get("docs/benchmark.md")));
    }

    private static final String TABLE = """
            <!-- table run: 128 = ~load/128/1//cpu_us_to_floor; µs = load/128/1//cpu_us -->

            | server | 128 | µs |
            |---|---:|---:|
            | floor | 1.00 (1.00–1.00) | 6.5 |
            | step5 | 1.08 (1.02–1.13) | 7.02 |

            <!-- /table -->
            """;
    private static final String ALL = TABLE + """
            <!-- settings run peer: name | what was set -->

            | name | what was set |
            |---|---|
            | step5 | as it is, 7 ms |

            <!-- /settings -->

            It is <!-- = run step5 load/128/1//cpu_us -->7.02<!-- / --> and
            <!-- holds run: floor < step5, nginx; idle/16,128/1//cpu_us -->
            """;

    @BeforeEach
    void results() throws Exception {
        Path folder = Files.createDirectories(root.resolve("bench/results/run"));
        Files.writeString(folder.resolve("summary.csv"), """
                sheet,peer,connections,pipelined,idle,figure,rounds,median,lowest,highest
                load,floor,128,1,,cpu_us_to_floor,3,1.000,1.000,1.000
                load,floor,128,1,,cpu_us,3,6.500,6.1,6.9
                load,step5,128,1,,cpu_us_to_floor,3,1.081,1.023,1.130
                load,step5,128,1,,cpu_us,3,7.020,6.98,7.06
                idle,floor,16,1,,cpu_us,3,6.5,6.1,6.95
                idle,step5,16,1,,cpu_us,3,7.02,6.9,7.1
                idle,nginx,16,1,,cpu_us,3,8.02,7.9,8.1
                idle,floor,128,1,,cpu_us,3,6.5,6.1,6.9
                idle,step5,128,1,,cpu_us,3,7.02,6.9,7.1
                idle,nginx,128,1,,cpu_us,3,8.02,7.9,8.1
                """);
        Files.writeString(folder.resolve("meta.csv"), """
                what,is
                cores,2
                peer step5,"as it is, 7 ms"
                """);
    }

    private static Page page(String text) {
        return new Page("docs/benchmark.md", text);
    }

    @Test
    void haveNoProblemIfTheyAreRight() {
        assertThat(Figures.check(root, page(ALL))).isEmpty();
        assertThat(Figures.checkNoneTyped(page(ALL))).isEmpty();
    }

    /** A digit that somebody changed, a row too many, a comparison turned round. */
    @ParameterizedTest
    @CsvSource({
        "1.08, 1.07",
        "(1.02, (1.01",
        "-->7.02, -->7.03",
        "| step5 |, | step6 |",
        "floor < step5, step5 < floor",
        "= run step5, = run step7",
        "floor < step5, floor < step9",
        "'nginx; idle/16,128', floor; idle/16",
        "7 ms, 8 ms",
        "table run, table walk",
        "It is, <!-- a --b --> It is"
    })
    void areFoundIfTheyAreWrong(String is, String wrong) {
        assertThat(ALL).contains(is);
        assertThat(Figures.check(root, page(ALL.replace(is, wrong)))).isNotEmpty();
    }

    @Test
    void areWrittenByAnUpdate() {
        String stale = ALL.replace("1.08", "9.99")
                .replace("7.02", "")
                .replace("7 ms", "8 ms")
                .replace("| floor | 1.00 (1.00–1.00) | 6.50 |\n", "");
        assertThat(Figures.check(root, page(stale))).singleElement().satisfies(problem -> assertThat(
                        problem.edit().change().apply(stale))
                .isEqualTo(ALL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "It takes 7.02 in all.",
                "It takes 7 µs.",
                "It is 3 times it.",
                "It answers 150,000 requests a second.",
                "In 40 ms.",
                "Some 20 % more."
            })
    void areFoundIfTheyAreTypedIn(String text) {
        assertThat(Figures.checkNoneTyped(page("# Title\n\n" + text)))
                .singleElement()
                .asString()
                .startsWith("docs/benchmark.md:3: a figure that was typed in");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "With 1,024 connections and 16 pipelined.",
                "JDK 17 or 25.",
                "`sleep 0.5 s`",
                "<!-- given: the article -->105.76 s<!-- /given -->"
            })
    void thatWereNotMeasuredMayStand(String text) {
        assertThat(Figures.checkNoneTyped(page(text))).isEmpty();
    }

    /** The last digit is of the size of half the distance between the lowest and the highest round. */
    @ParameterizedTest
    @CsvSource({
        "load/128/1//cpu_us_to_floor, 3, 1.0849, 1.05, 1.12, 1.08",
        "load/128/1//cpu_us_to_floor, 3, 1.0849, 1.0848, 1.0850, 1.08",
        "load/128/1//cpu_us_to_floor, 3, 1.0849, 0.61, 1.92, 1.1",
        "load/1/1//cpu_us, 3, 27.46, 27.4, 27.5, 27.5",
        "load/1/1//cpu_us, 3, 27.46, 22.1, 31.9, 27",
        "load/1/1//cpu_us, 3, 27.46, 11.4, 80.2, 30",
        "load/1/1//cpu_us, 3, 27.46, 27.46, 27.46, 27.5",
        "load/1/1//per_s, 5, 145678, 140000, 151000, '146,000'",
        "load/1/1//per_s, 5, 145678, 100000, 170000, '150,000'",
        "memory/////each_bytes, 1, 687.3, 687.3, 687.3, 690",
        "start/////start_ms, 3, 0, 0, 0, 0"
    })
    void haveTheDigitsThatTheRoundsSupport(
            String key, String rounds, String median, String lowest, String highest, String text) {
        var row = Map.of("rounds", rounds, "median", median, "lowest", lowest, "highest", highest);
        assertThat(Figures.text(key, row, "median")).isEqualTo(text);
    }

    private static final String MARKS = """
            <!-- scoreboard first: marks -->

            | server | silent | flood |
            |---|:-:|:-:|
            | step5 | ● | ✗ |
            | nginx | ◐→● | – |

            <!-- /scoreboard -->
            <!-- scoreboard first: silent -->

            | server | | what was seen |
            |---|---|---|
            | step5 | holds | 0 ms |
            | nginx | refuses | closed (connections, 5) |
            | nginx, `connections 9` | holds | 1 ms |

            <!-- /scoreboard -->
            <!-- scoreboard first: and second -->

            | server | trial | the first run | the second run |
            |---|---|---|---|
            | step5 | flood | fails: 9 s | holds: 1 s |

            <!-- /scoreboard -->
            <!-- scoreboard first: and first -->

            Every mark was the same.

            <!-- /scoreboard -->
            """;

    @Test
    void marksAreAsRecorded() throws Exception {
        String rows = """
                server,trial,setting,mark,decides,seen
                step5,silent,,holds,,0 ms
                step5,flood,,fails,,9 s
                nginx,silent,,refuses,"connections, 5",closed
                nginx,silent,connections 9,holds,,1 ms
                nginx,flood,,not tried,,no process
                """;
        Path folder = root.resolve("bench/scoreboard");
        Files.createDirectories(folder.resolve("first"));
        Files.createDirectories(folder.resolve("second"));
        Files.writeString(folder.resolve("first/marks.csv"), rows);
        Files.writeString(folder.resolve("second/marks.csv"), rows.replace("fails,,9 s", "holds,,1 s"));
        assertThat(Figures.check(root, page(MARKS))).isEmpty();
        assertThat(Figures.check(root, page(MARKS.replace("| ✗ |", "| ● |"))))
                .singleElement()
                .asString()
                .contains("| step5 | ● | ✗ |");
    }

    @Test
    void alwaysLessIsMoreThanLessInTheMedian() {
        String holds = "<!-- holds run: floor %s step5; idle/16/1//cpu_us -->\n";
        assertThat(Figures.check(root, page(holds.formatted("<")))).isEmpty();
        assertThat(Figures.check(root, page(holds.formatted("<<")))).isNotEmpty();
    }
}
