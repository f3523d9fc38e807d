package tcp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tcp.bench.Experiments.Experiment;
import tcp.testkit.Thorough;
import tcp.testkit.system.UserError;

/** The patches apply to step 5 as it is, compile, and serve. */
class PatchedTest {
    @TempDir
    private Path work;

    @Thorough
    @Test
    void theFlip() throws Exception {
        serves(Machine.ROOT.resolve("bench/peers/op-write-flip.patch"));
    }

    @Thorough
    @ParameterizedTest
    @EnumSource(Experiment.class)
    void theVariants(Experiment experiment) throws Exception {
        for (List<String> patches : Experiments.variants(experiment).values()) {
            if (!patches.isEmpty()) {
                serves(patches.stream().map(Experiments::patch).toArray(Path[]::new));
            }
        }
    }

    /** A patch that nothing uses would be proven by nothing. */
    @Test
    void eachPatchIsUsed() throws Exception {
        List<String> used = Stream.of(Experiment.values())
                .flatMap(experiment -> Experiments.variants(experiment).values().stream())
                .flatMap(List::stream)
                .distinct()
                .toList();
        try (Stream<Path> files = Files.list(Experiments.patch("x").getParent())) {
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
        assertThatThrownBy(() -> Patched.source(patch))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("odd.patch does not apply to " + Patched.SOURCE);
    }

    private void serves(Path... patches) throws Exception {
        assertThat(Patched.source(patches)).isNotEqualTo(Files.readAllLines(Machine.ROOT.resolve(Patched.SOURCE)));
        List<String> command = Peers.java(
                List.of("-XX:TieredStopAtLevel=1"),
                "-cp",
                Patched.compile(work, patches).toString(),
                "tcp.Server",
                "0");
        try (Running server = Running.start(command, work.resolve("log"), 0)) {
            Check.answers(server.port());
            Check.pipelining(server.port(), 16);
        }
    }
}
