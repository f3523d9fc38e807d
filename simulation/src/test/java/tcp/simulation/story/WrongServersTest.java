package tcp.simulation.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A story shows what is wrong in each wrong server of the docs and the workshop. It takes long: with -Dthorough=true.
 */
@EnabledIfSystemProperty(named = "thorough", matches = "true")
class WrongServersTest {
    private static final Path EXERCISES = Path.of(System.getProperty("exercises", "../workshop/exercises"));
    private static final List<String> WITH_CONTRACT =
            List.of("step1", "step2", "step3", "step4", "step5", "echo", "deadlines", "crowd", "http", "sigterm");
    /** What no story shows, and why. */
    private static final Map<String, String> ONLY_ELSEWHERE = Map.of(
            "step3 remembers-clients.diff", "what is kept on the heap",
            "echo keeps-all.diff", "what is kept on the heap",
            "http head-searched-anew.diff", "CPU time");

    @TempDir
    Path folder;

    static Stream<Arguments> wrongServers() throws IOException {
        List<Arguments> wrong = new ArrayList<>();
        for (String exercise : WITH_CONTRACT) {
            Path right = right(exercise);
            for (Path patch : files(EXERCISES.resolve(exercise).resolve("wrong"), "*.diff")) {
                if (!Files.readString(patch).contains("\nBase: starter")) {
                    wrong.add(Arguments.of(exercise, right, patch));
                }
            }
            for (Path patch : files(Path.of("../docs/broken"), exercise + "-*.patch")) {
                wrong.add(Arguments.of(exercise, right, patch));
            }
        }
        return wrong.stream();
    }

    private static Path right(String exercise) {
        Path own = EXERCISES.resolve(exercise).resolve("solution/tcp/Server.java");
        return Files.exists(own) ? own : ExplorationTest.step(exercise.charAt(4) - '0');
    }

    private static List<Path> files(Path folder, String glob) throws IOException {
        try (var files = Files.newDirectoryStream(folder, glob)) {
            List<Path> found = new ArrayList<>();
            files.forEach(found::add);
            return found;
        }
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("wrongServers")
    void aStoryShowsWhatIsWrong(String exercise, Path right, Path patch) throws Exception {
        Path source = Files.writeString(folder.resolve("Server.java"), patched(right, patch));
        Exploration exploration = Exploration.of(Contract.of(exercise), ServerFactory.compile(source))
                .shrinking(500, Duration.ofMinutes(1));
        Optional<Failure> failure = exploration.run(20_000, Duration.ofMinutes(1));
        String why = ONLY_ELSEWHERE.get(exercise + " " + patch.getFileName());
        assertThat(failure.isPresent()).as("whether a story fails").isEqualTo(why == null);
        if (failure.isPresent()) {
            Failure it = failure.get();
            System.err.printf("%s %s%n%s%n%n", exercise, patch.getFileName(), it);
            assertThat(it.before()).as("it takes no other stories").isEmpty();
            if (!exercise.equals("crowd") && !patch.endsWith("short-queue.diff")) { // they take a hundred clients
                assertThat(it.lines().size()).as(it.toString()).isLessThan(12);
            }
            assertThat(Exploration.of(Contract.of(exercise), ServerFactory.compile(right))
                            .replay(it.story()))
                    .as("the same story with a right server: " + it)
                    .isEmpty();
        }
    }

    /** What no exercise has: what is broken, in which server, by replacing what with what. */
    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '~', textBlock = """
            STARVES ~ step3 ~ int n = client.read(buffer.clear()); ~ int n; while ((n = client.read(buffer.clear())) > 0) {}
            STARVES ~ step5 ~                 read(key); ~ for (int i = 0; i < 50 && key.isValid() && key.interestOps() == 1; i++) { read(key); }
            DELAYED ~ step5 ~ client.setOption(StandardSocketOptions.TCP_NODELAY, true); ~ // not set
            DELAYED ~ deadlines ~ TCP_NODELAY, true ~ TCP_NODELAY, false
            CONSTRUCTOR_LEAKS ~ step1 ~ close(); // or every failed ~ // or every failed
            CONSTRUCTOR_LEAKS ~ http ~ close(); // or every failed ~ selector.close(); // or every failed
            SPINS ~ step5 ~ && !Thread.currentThread().isInterrupted() ~ && true
            STUCK ~ step2 ~ selector.wakeup(); ~ // sleeps on
            NO_END ~ sigterm ~ LIMIT = 1_000_000_000 ~ LIMIT = 4_000_000_000L
            EARLY_END ~ sigterm ~ LIMIT = 1_000_000_000 ~ LIMIT = 100_000_000
            SPINS ~ sigterm ~ selector.select(handler, 10) ~ selector.selectNow(handler)
            STUCK ~ sigterm ~ draining = true; ~ draining = false;
            MORE ~ http ~ skip = request.contentLength; ~ skip = (int) request.contentLength * 2;
            WRONG_BYTES ~ http ~ !method.equals("CONNECT") ~ true
            WRONG_BYTES ~ http ~ (value.isEmpty() || isHost(value)) ~ true
            WRONG_BYTES ~ http ~ hasHost || old ~ hasHost
            WRONG_BYTES ~ http ~ close |= option.equalsIgnoreCase ~ close = option.equalsIgnoreCase
            WRONG_BYTES ~ http ~ return method.equals("OPTIONS"); ~ return true;
            WRONG_BYTES ~ http ~ LONGEST_HEAD = 8 * 1024; ~ LONGEST_HEAD = 8 * 1024 - 1;
            WRONG_BYTES ~ http ~ LONGEST_HEAD = 8 * 1024; ~ LONGEST_HEAD = 8 * 1024 + 1;
            """)
    void findsWhatIsInvented(Failure.Kind kind, String exercise, String old, String broken) throws Exception {
        String right = Files.readString(right(exercise));
        assertThat(right).contains(old);
        Path source = Files.writeString(folder.resolve("Server.java"), right.replace(old, broken));
        Optional<Failure> failure = Exploration.of(Contract.of(exercise), ServerFactory.compile(source))
                .shrinking(200, Duration.ofSeconds(30))
                .run(5_000, Duration.ofMinutes(1));
        assertThat(failure.map(Failure::kind)).as("%s", failure).contains(kind);
    }

    /** Changes the lines that each hunk has, wherever they are; they must be in one place only. */
    private static String patched(Path file, Path patch) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        String[] hunks = Files.readString(patch).split("(?m)^@@.*\n");
        for (int i = 1; i < hunks.length; i++) {
            List<String> hunk = hunks[i].lines().toList();
            List<String> old = hunk.stream()
                    .filter(line -> !line.startsWith("+"))
                    .map(WrongServersTest::text)
                    .map(String::strip)
                    .toList();
            List<Integer> places = new ArrayList<>();
            for (int at = 0; at + old.size() <= lines.size(); at++) {
                if (lines.subList(at, at + old.size()).stream()
                        .map(String::strip)
                        .toList()
                        .equals(old)) {
                    places.add(at);
                }
            }
            assertThat(places).as("%s fits %s once:\n%s", patch, file, hunks[i]).hasSize(1);
            List<String> place = lines.subList(places.get(0), places.get(0) + old.size());
            place.clear();
            hunk.stream()
                    .filter(line -> !line.startsWith("-"))
                    .map(WrongServersTest::text)
                    .forEach(place::add);
        }
        return String.join("\n", lines);
    }

    private static String text(String line) {
        return line.isEmpty() ? "" : line.substring(1);
    }
}
