package tcp.simulation.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The five steps keep their contracts in every story; a million for each with -Dthorough=true. */
@Execution(ExecutionMode.CONCURRENT)
class ExplorationTest {
    private static final long STORIES = Boolean.getBoolean("thorough") ? 1_000_000 : 50_000;
    private static final long SEED = Long.getLong("seed", System.nanoTime() % 1_000_000);
    static final List<String> STEPS = List.of("step1-init", "step2-discard", "step3-read", "step4-write", "step5-http");

    static Path step(int step) {
        return Path.of("..", STEPS.get(step - 1), "src", "main", "java", "tcp", "Server.java");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void stepsKeepTheirContracts(int step) throws Exception {
        Exploration exploration = Exploration.of(Contract.of("step" + step), ServerFactory.compile(step(step)));
        long start = System.nanoTime();
        var failure = exploration.seed(SEED).run(STORIES, Duration.ofHours(1));
        System.err.printf(
                "Step %d: %,d stories in %,d ms; to repeat them, use -Dseed=%d%n",
                step, exploration.played(), (System.nanoTime() - start) / 1_000_000, SEED);
        assertThat(failure).isEmpty();
        assertThat(exploration.played()).isEqualTo((int) STORIES);
        assertThat(exploration.notSimulated()).isEmpty();
    }

    /** All that can be told in little: two million stories, so all of them only with -Dthorough=true. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void stepsKeepTheirContractsInEverySmallStory(int step) throws Exception {
        Exploration exploration = Exploration.of(Contract.of("step" + step), ServerFactory.compile(step(step)));
        Duration most = Boolean.getBoolean("thorough") ? Duration.ofHours(1) : Duration.ofMillis(300);
        assertThat(exploration.runEvery(most)).isEmpty();
        System.err.printf("Step %d: %,d small stories%n", step, exploration.played());
    }
}
