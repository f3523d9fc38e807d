package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import tcp.simulation.story.Action;
import tcp.testkit.client.Symptom;
import tcp.testkit.server.ServerFault;
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
                .as("the task of %s", exercise.name())
                .contains("\n## What to do\n", "\n## Try it\n", "\n## What is checked\n", "\n## If you want more\n")
                .containsPattern("\n## Not in this (step|exercise)\n");
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

    /** Three wrong answers at least, and what is told of each is told of no other. */
    @ParameterizedTest
    @MethodSource("exercises")
    void hasWrongAnswers(Exercise exercise) throws IOException {
        Set<String> told = new HashSet<>();
        for (WrongAnswer wrong : exercise.wrongAnswers()) {
            String name = wrong.name() + " of " + exercise.name();
            assertThat(wrong.head().containsKey("Tell"))
                    .as("%s has a line Tell, or a line See", name)
                    .isNotEqualTo(wrong.head().containsKey("See"));
            assertThat(told.add(wrong.head().getOrDefault("Tell", wrong.name())))
                    .as("what %s tells is told by no other", name)
                    .isTrue();
        }
        assertThat(told.size()).as("wrong answers of %s", exercise.name()).isGreaterThanOrEqualTo(3);
    }

    /** A misspelt word in a head would only mean that the diagnosis never fits. */
    @ParameterizedTest
    @MethodSource("exercises")
    void wrongAnswersNameWhatThereIs(Exercise exercise) throws IOException {
        Set<String> requirements = requirements(exercise);
        Set<String> rules = rules();
        for (WrongAnswer wrong : exercise.wrongAnswers()) {
            String name = wrong.name() + " of " + exercise.name();
            assertThat(wrong.head().keySet())
                    .as("the lines \"Key: value\" of %s", name)
                    .isSubsetOf("Breaks", "When", "Tell", "For", "See", "Base");
            assertThat(wrong.breaks())
                    .as("what %s breaks: methods of the tests", name)
                    .allMatch(breaks ->
                            requirements.stream().anyMatch(known -> known.matches(breaks.replace("*", ".*"))));
            assertThat(Diagnosis.Rule.of("", wrong.head()).when())
                    .as("the facts in When of %s", name)
                    .allSatisfy(facts -> assertThat(facts).allMatch(ExerciseTest::isFact));
            assertThat(rules).as("the rule that %s is to be found by", name).contains(wrong.rule());
        }
    }

    private static Set<String> requirements(Exercise exercise) {
        Set<String> names = new HashSet<>(Set.of("keepsItsContractInEveryStory", "does-not-compile", "starts"));
        ReflectionSupport.findAllClassesInPackage(exercise.requirements(), type -> true, type -> true)
                .forEach(type -> ReflectionSupport.streamMethods(type, method -> true, HierarchyTraversalMode.TOP_DOWN)
                        .forEach(method -> names.add(method.getName())));
        return names;
    }

    private static boolean isFact(String fact) {
        String word = fact.replaceFirst("^!", "");
        return word.matches("\".*\"|answered|unanswered|NO_RESULT|NO_ANSWER|OTHER|\\w*(Exception|Error|Exit)|EXCEPTION")
                || Stream.of(
                                ServerFault.Kind.values(),
                                Symptom.values(),
                                tcp.simulation.story.Failure.Kind.values(),
                                Action.What.values())
                        .flatMap(Stream::of)
                        .anyMatch(known -> known.name().equals(word));
    }

    private static Set<String> rules() throws IOException {
        Set<String> names = new HashSet<>(Diagnosis.namesForAll());
        for (Exercise exercise : exercises()) {
            for (WrongAnswer wrong : exercise.wrongAnswers()) {
                if (wrong.head().containsKey("Tell")) {
                    names.add(wrong.name());
                }
            }
        }
        return names;
    }
}
