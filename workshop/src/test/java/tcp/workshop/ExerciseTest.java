package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tcp.testkit.source.Steps;

/** Each exercise is complete: task, hints, starter, solution, wrong answers. */
@Execution(ExecutionMode.CONCURRENT)
class ExerciseTest {
    static List<Exercise> exercises() {
        return Exercise.all(Steps.project());
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void hasATaskOfUnderAPage(Exercise exercise) throws IOException {
        String task = Files.readString(exercise.task());
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
        List<String> hints = exercise.hints();
        assertThat(hints).hasSizeBetween(2, 3).allMatch(hint -> !hint.isBlank());
        assertThat(Files.readString(exercise.folder().resolve("hints.md"))
                        .lines()
                        .filter(line -> line.startsWith("## ")))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, hints.size())
                        .mapToObj(i -> "## Hint " + i)
                        .toList());
        assertThat(hints.get(0)).as("the first hint asks").contains("?");
        assertThat(hints.get(hints.size() - 1)).as("the last hint shows code").containsPattern("(?m)^    ");
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void starterAndSolutionCompile(Exercise exercise) throws Exception {
        Submission.compile(exercise.starter(), "starter");
        Submission.compile(exercise.solution(), "solution");
    }

    /** The core path's solutions are the steps, and its starters the steps before. */
    @ParameterizedTest
    @MethodSource("exercises")
    void isNoCopyOfAStep(Exercise exercise) {
        boolean step = exercise.name().startsWith("step");
        assertThat(Files.exists(exercise.folder().resolve("starter")))
                .isEqualTo(exercise.name().equals("step1"));
        assertThat(Files.exists(exercise.folder().resolve("solution"))).isEqualTo(!step);
    }

    /** Three wrong answers at least, the starter apart; what is told of each is told of no other. */
    @ParameterizedTest
    @MethodSource("exercises")
    void hasWrongAnswers(Exercise exercise) throws IOException {
        Set<String> told = new HashSet<>();
        for (WrongAnswer wrong : exercise.wrongAnswers()) {
            assertThat(wrong.breaks()).as("what %s breaks", wrong.name()).doesNotContain("");
            assertThat(wrong.head().containsKey("Tell"))
                    .as("%s tells or sees", wrong.name())
                    .isNotEqualTo(wrong.head().containsKey("See"));
            assertThat(told.add(wrong.head().getOrDefault("Tell", wrong.name())))
                    .as(wrong.name())
                    .isTrue();
        }
        assertThat(told).hasSizeGreaterThan(3);
    }
}
