package tcp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tcp.bench.Experiments.Experiment;
import tcp.testkit.Thorough;
import tcp.testkit.system.UserError;

/** The patches apply to step 5, and to the loop in C, as they are, compile, and serve. */
class PatchedTest {
    private static final String FLIP = "op-write-flip"; // a peer of its own

    @TempDir
    private Path work;

    @Thorough
    @ParameterizedTest
    @EnumSource(Experiment.class)
    void theVariants(Experiment experiment) throws Exception {
        if (experiment == Experiment.CALLS) {
            assumeTheLoopInC();
        }
        for (Experiments.Variant variant : Experiments.variants(experiment)) {
            if (!variant.patches().isEmpty()) {
                serves(variant.command().of(work));
            }
        }
    }

    @Thorough
    @Test
    void theFlip() throws Exception {
        serves(Peers.named(List.of("step5-flip")).get(0).program().command(work, Peers.JVM, 0));
    }

    /** A patch that nothing uses would be proven by nothing. */
    @Test
    void eachPatchIsUsed() throws Exception {
        List<String> used = Stream.concat(
                        Stream.of(FLIP),
                        Stream.of(Experiment.values())
                                .flatMap(experiment -> Experiments.variants(experiment).stream())
                                .flatMap(variant -> variant.patches().stream()))
                .distinct()
                .toList();
        try (Stream<Path> files = Files.list(Machine.ROOT.resolve("bench/experiments"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            used.stream().map(name -> name + ".patch").toList());
        }
    }

    @Test
    void aPatchThatDoesNotFit() throws Exception {
        Path patch = work.resolve("odd.patch");
        Files.writeString(patch, """
                --- a/Server.java
                +++ b/Server.java
                @@ -1,1 +1,1 @@
                -package other;
                +package tcp;
                """);
        assertThatThrownBy(() -> Patched.source(
                        Patched.STEP5, List.of(work.resolve("odd").toString())))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("odd.patch does not apply to " + Patched.STEP5);
    }

    /** Without epoll or a C compiler there is nothing to patch. */
    private void assumeTheLoopInC() throws Exception {
        try {
            Peers.floor(work);
        } catch (UserError e) {
            Assumptions.abort(e.getMessage());
        }
    }

    private void serves(List<String> command) throws Exception {
        try (Running server = Running.start(command, work.resolve("log"), 0)) {
            Check.answers(server.port());
            Check.pipelining(server.port(), 16);
        }
    }
}
