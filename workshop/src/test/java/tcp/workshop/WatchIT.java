package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tcp.testkit.Thorough;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.source.Steps;

/** check --watch: each save gets a verdict, and nothing stays behind. */
@Thorough
class WatchIT {
    @TempDir
    Path folder;

    /** Waits until something was printed so often. */
    private static void await(ServerProcess check, String part, int times) throws InterruptedException {
        long start = System.nanoTime();
        while (check.out().stream().filter(line -> line.contains(part)).count() < times) {
            assertThat(check.isAlive() && System.nanoTime() - start < 120_000_000_000L)
                    .as("%d times \"%s\" in %s", times, part, check)
                    .isTrue();
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    void checksEachSaveUntilItIsStopped() throws Exception {
        Path source = Files.createDirectory(folder.resolve("tcp")).resolve("Server.java");
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        String solution = Files.readString(Steps.DISCARD.file());
        Files.writeString(source, solution.replace("int port", "it port"));
        try (ServerProcess check = ServerProcess.command(CheckProcessIT.command(
                folder, List.of("-Djava.io.tmpdir=" + temporary), "check", "step2", "--watch"))) {
            await(check, "Save ", 1);
            assertThat(check.out()).anyMatch(line -> line.contains("error: cannot find symbol"));
            Files.writeString(source, solution);
            await(check, "holds    ends each connection at once", 1);
            Files.writeString(source, Files.readString(Steps.INIT.file())); // while it checks the one before
            await(check, "BROKEN", 1);
            await(check, "Save ", 3);
            Files.writeString(source, solution);
            await(check, "requirements are met", 1);
            Files.writeString(source, solution + "// once more\n");
            await(check, "holds    ends each connection at once", 3);
            var started =
                    ProcessHandle.of(check.pid()).orElseThrow().descendants().toList();
            assertThat(started).isNotEmpty();
            check.terminate();
            check.awaitExit();
            for (ProcessHandle process : started) {
                process.onExit().get(10, TimeUnit.SECONDS);
            }
            assertThat(temporary).isEmptyDirectory();
            assertThat(String.join("\n", check.out())).doesNotContain("exit status");
            assertThat(folder.resolve("progress.properties"))
                    .content()
                    .contains("step2.held.endsEachConnectionAtOnce=");
        }
    }
}
