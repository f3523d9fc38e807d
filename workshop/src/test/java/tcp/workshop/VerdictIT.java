package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tcp.testkit.source.Steps;
import tcp.testkit.system.UserError;

/**
 * The verdict on what is known: each wrong answer breaks the requirement that it says, its own
 * diagnosis is what the learner gets, and no other one fits; each solution meets all
 * requirements.
 *
 * <p>To keep the build quick, only step 5 is tried. With -Dthorough=true all exercises are, with -Dworkshop.only=step3
 * that one and no other test of the project, and with -Dworkshop.thorough=true each solution 20 times.
 */
class VerdictIT {
    private static final Path PROJECT = Steps.project();
    static final String ONLY = System.getProperty("workshop.only");
    private static final int TIMES = Boolean.getBoolean("workshop.thorough") ? 20 : 1;

    @TempDir
    static Path folder;

    private static Checks checks;
    private static final Map<String, CompletableFuture<Checks.Said>> SOLUTIONS = new LinkedHashMap<>();

    /** The solutions first, as they take longest. */
    @BeforeAll
    static void start() throws IOException {
        checks = new Checks(
                PROJECT, folder, Integer.getInteger("workshop.parallel", Boolean.getBoolean("thorough") ? 3 : 2));
        for (Exercise exercise : selected()) {
            for (int i = 1; i <= TIMES; i++) {
                String name = exercise.name() + "-solution-" + i;
                SOLUTIONS.put(name, checks.check(exercise, Files.readString(exercise.solution()), name));
            }
        }
    }

    @AfterAll
    static void stop() {
        checks.close();
    }

    @TestFactory
    List<DynamicTest> wrongAnswersGetTheirOwnDiagnosis() throws IOException {
        List<Supplier<DynamicTest>> tests = new ArrayList<>();
        for (Exercise exercise : selected()) {
            for (WrongAnswer wrong : exercise.wrongAnswers()) {
                String name = exercise.name() + "-" + wrong.name();
                var checked = check(wrong, name);
                tests.add(() -> dynamicTest(name, () -> {
                    Checks.Said said = checked.join();
                    assertThat(said.outcome().requirement())
                            .as("the requirement that %s breaks; %s", wrong.file(), said)
                            .isIn(wrong.breaks());
                    assertThat(said.outcome().diagnoses())
                            .as("the rules that fit %s; %s", wrong.file(), said)
                            .containsExactly(wrong.rule());
                    assertThat(said.outcome().status()).isEqualTo(1);
                    if (name.equals("step5-pipelined-discarded")) {
                        assertThat(Files.readString(PROJECT.resolve("workshop").resolve("README.md")))
                                .contains(said.text().strip());
                    }
                }));
            }
        }
        return tests.stream().map(Supplier::get).toList();
    }

    @TestFactory
    List<DynamicTest> solutionsMeetAllRequirements() {
        List<DynamicTest> tests = new ArrayList<>();
        SOLUTIONS.forEach((name, checked) -> tests.add(dynamicTest(name, () -> {
            Checks.Said said = checked.join();
            assertThat(said.outcome().status())
                    .as("status of %s: %s", name, said)
                    .isZero();
        })));
        return tests;
    }

    /** Servers that are written differently, and are right: with -Dthorough=true or -Dworkshop.only. */
    @TestFactory
    List<DynamicTest> otherRightAnswersMeetAllRequirements() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Exercise exercise : Boolean.getBoolean("thorough") || ONLY != null ? selected() : List.<Exercise>of()) {
            for (WrongAnswer right : exercise.rightAnswers()) {
                String name = exercise.name() + "-" + right.name();
                var checked = check(right, name);
                tests.add(dynamicTest(name, () -> {
                    Checks.Said said = checked.join();
                    assertThat(said.outcome().status())
                            .as("status of %s; %s", right.file(), said)
                            .isZero();
                }));
            }
        }
        return tests;
    }

    private static CompletableFuture<Checks.Said> check(WrongAnswer answer, String name) throws IOException {
        try {
            return checks.check(answer.exercise(), answer.source(), name);
        } catch (UserError e) { // the others can be tried all the same
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The exercises to try: one, or with -Dthorough=true all. */
    static List<Exercise> selected() {
        return ONLY == null && Boolean.getBoolean("thorough")
                ? Exercise.all(PROJECT)
                : List.of(Exercise.named(ONLY == null ? "step5" : ONLY, PROJECT));
    }
}
