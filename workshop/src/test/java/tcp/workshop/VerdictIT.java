package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The verdict on what is known: each starter and each wrong answer fails with its own
 * diagnosis, word for word, and each solution keeps all promises.
 *
 * <p>Several are tried at a time, since most of them wait. Each solution
 * passes once, to keep the build quick; with -Dworkshop.thorough=true 20 times in a row.
 */
class VerdictIT {
    private static final boolean THOROUGH = Boolean.getBoolean("workshop.thorough");
    private static final ExecutorService AT_ONCE =
            Executors.newFixedThreadPool(Integer.getInteger("workshop.parallel", 8));

    @TempDir
    static Path folder;

    @AfterAll
    static void stop() {
        AT_ONCE.shutdownNow();
        Worker.stop();
    }

    @TestFactory
    List<DynamicTest> wrongAnswersGetTheirOwnDiagnosis() throws IOException {
        List<Supplier<DynamicTest>> tests = new ArrayList<>();
        for (Exercise exercise : selected()) {
            for (WrongAnswer wrong : WrongAnswer.of(exercise, Checked.PROJECT)) {
                String name = exercise.name() + " " + wrong.name();
                var checked = start(exercise, wrong.source(Checked.PROJECT), name);
                tests.add(() -> dynamicTest(name, () -> {
                    Checked said = checked.join();
                    assertThat(said.broken())
                            .as("the promise said to be broken in\n%s", said.output())
                            .isEqualTo(Verdict.words(wrong.promise()));
                    assertThat(said.likely())
                            .as("the likely cause in\n%s", said.output())
                            .isEqualTo(wrong.likely());
                    assertThat(said.status()).as("exit status").isEqualTo(1);
                }));
            }
        }
        return tests.stream().map(Supplier::get).toList();
    }

    @TestFactory
    List<DynamicTest> solutionsKeepAllPromises() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Exercise exercise : selected()) {
            String source = Files.readString(Checked.PROJECT.resolve(exercise.solution()));
            for (int i = 1; i <= (THOROUGH ? 20 : 1); i++) {
                String name = exercise.name() + " solution " + i;
                var checked = start(exercise, source, name);
                tests.add(dynamicTest(name, () -> {
                    Checked said = checked.join();
                    assertThat(said.status())
                            .as("exit status of\n%s", said.output())
                            .isZero();
                    assertThat(said.output()).contains("promises hold.\n").doesNotContain("SKIPPED");
                }));
            }
        }
        return tests;
    }

    /** All exercises; -Dworkshop.only=step3 for one. */
    private static List<Exercise> selected() {
        String only = System.getProperty("workshop.only");
        return only == null ? Exercise.ALL : List.of(Exercise.named(only));
    }

    private static CompletableFuture<Checked> start(Exercise exercise, String source, String name) {
        Path mine = folder.resolve(name.replace(' ', '-'));
        return CompletableFuture.supplyAsync(() -> Checked.source(exercise.name(), source, mine), AT_ONCE);
    }
}
