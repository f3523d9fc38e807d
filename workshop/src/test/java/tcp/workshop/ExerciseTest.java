package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each exercise is complete: task, hints, starter, solution, wrong answers. */
class ExerciseTest {
    private static final Path PROJECT = Checked.PROJECT;

    static List<Exercise> exercises() {
        return Exercise.ALL;
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void hasATaskOfUnderAPage(Exercise exercise) throws IOException {
        String task = Files.readString(exercise.folder(PROJECT).resolve("README.md"));
        assertThat(task)
                .contains(
                        "\n## What to do\n",
                        "\n## Try it\n",
                        "\n## What is checked\n",
                        "\n## Not in this step\n",
                        "\n## If you want more\n");
        assertThat(task.lines().count()).as("lines of the task").isLessThan(80);
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void hasHintsInOrder(Exercise exercise) throws IOException {
        String text = Files.readString(exercise.folder(PROJECT).resolve("hints.md"));
        List<String> hints = exercise.hints(PROJECT);
        assertThat(hints).hasSizeBetween(2, 3).allMatch(hint -> !hint.isBlank());
        assertThat(text.lines().filter(line -> line.startsWith("## ")))
                .containsExactlyElementsOf(Stream.of(1, 2, 3)
                        .map(i -> "## Hint " + i)
                        .limit(hints.size())
                        .toList());
        assertThat(hints.get(0)).as("the first hint asks").contains("?");
        assertThat(hints.get(hints.size() - 1)).as("the last hint shows code").containsPattern("(?m)^    ");
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void starterAndSolutionCompile(Exercise exercise, @TempDir Path folder) throws Exception {
        for (String source : List.of(exercise.starter(), exercise.solution())) {
            Path classes = Files.createTempDirectory(folder, "classes");
            LearnersServer.compile(PROJECT.resolve(source), classes);
        }
    }

    /** The core path's solutions are the steps, and its starters the steps before. */
    @ParameterizedTest
    @MethodSource("exercises")
    void isNoCopyOfAStep(Exercise exercise) throws IOException {
        Path starter = exercise.folder(PROJECT).resolve("starter");
        Path solution = exercise.folder(PROJECT).resolve("solution");
        boolean step = exercise.name().startsWith("step");
        assertThat(Files.exists(starter)).isEqualTo(exercise.name().equals("step1"));
        assertThat(Files.exists(solution)).isEqualTo(!step);
    }

    /** Three wrong answers at least, whose diagnoses tell them apart. */
    @ParameterizedTest
    @MethodSource("exercises")
    void hasWrongAnswers(Exercise exercise) throws IOException {
        Set<String> diagnoses = new HashSet<>();
        int count = 0;
        for (WrongAnswer wrong : WrongAnswer.of(exercise, PROJECT)) {
            assertThat(wrong.promise()).isNotBlank();
            if (!wrong.name().equals("starter")) {
                assertThat(diagnoses.add(wrong.likely()))
                        .as("%s has a diagnosis of its own", wrong.name())
                        .isTrue();
                count++;
            }
        }
        assertThat(count).isBetween(3, 9);
    }

    /** Every promise that is named in an order is there. */
    @ParameterizedTest
    @MethodSource("exercises")
    void namesPromisesThatExist(Exercise exercise, @TempDir Path classes) throws Exception {
        LearnersServer server = LearnersServer.compile(PROJECT.resolve(exercise.solution()), classes);
        Set<String> methods = new HashSet<>();
        for (String name : exercise.promises()) {
            for (Class<?> c = server.loadClass(name); c != null; c = c.getSuperclass()) {
                Stream.of(c.getMethods()).forEach(m -> methods.add(m.getName()));
                Stream.of(c.getDeclaredMethods()).forEach(m -> methods.add(m.getName()));
            }
        }
        assertThat(methods).containsAll(exercise.order());
    }

    /** The page for the learner lists it, and that for the teacher what goes wrong in it. */
    @ParameterizedTest
    @MethodSource("exercises")
    void standsInTheWorkshopsPages(Exercise exercise) throws IOException {
        Path workshop = PROJECT.resolve("workshop");
        assertThat(Files.readString(workshop.resolve("README.md")))
                .contains("| [`" + exercise.name() + "`](exercises/" + exercise.name() + "/README.md) | "
                        + exercise.title() + " | ");
        String teaching = Files.readString(workshop.resolve("TEACHING.md"));
        assertThat(teaching).contains("### " + exercise.name() + ": " + exercise.title() + "\n");
        for (WrongAnswer wrong : WrongAnswer.of(exercise, PROJECT)) {
            if (!wrong.name().equals("starter")) {
                assertThat(teaching)
                        .contains("\n- " + wrong.text().lines().findFirst().get() + "\n");
            }
        }
    }
}
