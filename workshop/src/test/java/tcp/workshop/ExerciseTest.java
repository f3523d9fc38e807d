package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import tcp.testkit.source.Steps;

/** Each exercise is complete: task, hints, starter, solution, wrong answers. */
@Execution(ExecutionMode.CONCURRENT)
class ExerciseTest {
    /** The names of all rules by which a wrong answer can be found. */
    private static final Set<String> RULES = new HashSet<>(Diagnosis.namesForAll());

    @BeforeAll
    static void readRules() throws IOException {
        for (Exercise exercise : Exercise.all(Steps.project())) {
            exercise.wrongAnswers().stream()
                    .filter(wrong -> wrong.head().containsKey("Tell"))
                    .forEach(wrong -> RULES.add(wrong.name()));
        }
    }

    static List<Exercise> exercises() {
        return VerdictIT.ONLY == null ? Exercise.all(Steps.project()) : VerdictIT.selected();
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void hasATaskOfUnderAPage(Exercise exercise) throws IOException {
        String task = Files.readString(exercise.task());
        for (String heading :
                List.of("What to do", "Try it", "What is checked", "Not in this (step|exercise)", "If you want more")) {
            assertThat(task.lines().anyMatch(line -> line.matches("## " + heading)))
                    .as("%s has a heading ## %s", exercise.task(), heading)
                    .isTrue();
        }
        assertThat(task.lines().count())
                .as("lines of the task of %s", exercise.name())
                .isLessThan(80);
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void hasHintsInOrder(Exercise exercise) throws IOException {
        List<String> hints = exercise.hints();
        assertThat(hints)
                .as("hints of %s", exercise.name())
                .hasSizeBetween(2, 3)
                .allMatch(hint -> !hint.isBlank());
        assertThat(Files.readString(exercise.folder().resolve("hints.md"))
                        .lines()
                        .filter(line -> line.startsWith("## ")))
                .as("headings of the hints of %s", exercise.name())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, hints.size())
                        .mapToObj(i -> "## Hint " + i)
                        .toList());
        assertThat(hints.get(0))
                .as("the first hint of %s asks", exercise.name())
                .contains("?");
        assertThat(hints.get(hints.size() - 1))
                .as("the last hint of %s shows code", exercise.name())
                .containsPattern("(?m)^    ");
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void starterAndSolutionCompile(Exercise exercise) throws Exception {
        Submission.compile(exercise.starter(), "starter");
        Submission.compile(exercise.solution(), "solution");
    }

    /** The core path's solutions are the steps, and who starts from an exercise starts from its solution. */
    @ParameterizedTest
    @MethodSource("exercises")
    void hasNoSecondCopyOfASource(Exercise exercise) {
        Path folder = exercise.folder();
        assertThat(exercise.starter().startsWith(folder))
                .as("%s has a starter of its own, or a line \"from:\" in its front matter", exercise.name())
                .isEqualTo(Files.exists(folder.resolve("starter")));
        assertThat(exercise.solution().startsWith(folder))
                .as("%s has a solution of its own, or a line \"solution:\" in its front matter", exercise.name())
                .isEqualTo(Files.exists(folder.resolve("solution")));
    }

    /** Three wrong answers at least, the starter apart; what is told of each is told of no other. */
    @ParameterizedTest
    @MethodSource("exercises")
    void hasWrongAnswers(Exercise exercise) throws IOException {
        Set<String> told = new HashSet<>();
        for (WrongAnswer wrong : exercise.wrongAnswers()) {
            assertThat(told.add(wrong.head().getOrDefault("Tell", wrong.name())))
                    .as("no other wrong answer tells the same as %s", wrong.file())
                    .isTrue();
        }
        assertThat(exercise.wrongAnswers().stream()
                        .filter(wrong -> !wrong.name().equals("starter")))
                .as("wrong answers of %s, the starter apart", exercise.name())
                .hasSizeGreaterThanOrEqualTo(3);
    }

    /** The requirements that are broken, and the rules that See names, are there. */
    @ParameterizedTest
    @MethodSource("exercises")
    void wrongAnswersNameWhatThereIs(Exercise exercise) throws IOException {
        Set<String> requirements = requirements(exercise);
        for (WrongAnswer wrong : exercise.wrongAnswers()) {
            for (String breaks : wrong.breaks()) {
                assertThat(requirements.stream().anyMatch(known -> known.matches(breaks.replace("*", ".*"))))
                        .as("%s: a test in the package %s is called %s", wrong.file(), exercise.requirements(), breaks)
                        .isTrue();
            }
            assertThat(RULES.contains(wrong.rule()))
                    .as("%s: some wrong answer is called %s", wrong.file(), wrong.rule())
                    .isTrue();
        }
    }

    private static Set<String> requirements(Exercise exercise) {
        Set<String> names = new HashSet<>(Set.of("keepsItsContractInEveryStory", "does-not-compile", "starts"));
        ReflectionSupport.findAllClassesInPackage(exercise.requirements(), type -> true, type -> true)
                .forEach(type -> ReflectionSupport.streamMethods(type, method -> true, HierarchyTraversalMode.TOP_DOWN)
                        .forEach(method -> names.add(method.getName())));
        return names;
    }
}
