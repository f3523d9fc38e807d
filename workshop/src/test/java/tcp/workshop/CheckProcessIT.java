package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tcp.testkit.Thorough;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.source.Steps;
import tcp.testkit.system.Programs;

/** Whatever a server does to the process that checks it, there is a verdict, and soon. */
class CheckProcessIT {
    private static final Path PROJECT = Steps.project();

    @TempDir
    Path folder;

    /** Checks step 2's server with a statement put into one of its methods. */
    private Checks.Said check(String method, String statement) throws IOException {
        String source = Files.readString(Steps.DISCARD.file())
                .replaceFirst("(?m)^(    (?:public|private).* %s\\(.*\\{)$".formatted(method), "$1\n" + statement);
        assertThat(source).contains(statement);
        try (Checks checks = new Checks(PROJECT, folder, 1)) {
            return checks.check(Exercise.named("step2", PROJECT), source, "server")
                    .join();
        }
    }

    @Thorough
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            accept | System.exit(0);                          | in accept()
            accept | Runtime.getRuntime().halt(0);            | in accept()
            accept | new Thread(() -> System.exit(0)).start(); | in lambda
            accept | new Thread(() -> Runtime.getRuntime().halt(0)).start(); | ended, with exit status 0
            Server | if (true) { while (true) {} }            | in <init>()
            port   | if (true) { while (true) {} }            | in port()
            accept | for (var all = new java.util.ArrayList<long[]>(); all != null;) { all.add(new long[1 << 20]); } | in accept()
            accept | if (true) { throw new Error("mine"); }   | mine
            accept | Thread t = new Thread(() -> { throw new Error("mine"); }); t.start(); | mine
            """)
    void saysSoonWhatHappened(String method, String statement, String said) throws IOException {
        long start = System.nanoTime();
        Checks.Said verdict = check(method, statement);
        assertThat(verdict.outcome().status()).as("%s", verdict).isEqualTo(1);
        assertThat(verdict.text()).contains("BROKEN", said, "Likely");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }

    /** Somebody stops the check: that is no verdict, and nothing stays behind. */
    @Thorough
    @Test
    void leavesNothingBehindWhenItIsStopped() throws Exception {
        Path tcp = Files.createDirectories(folder.resolve("tcp"));
        Files.copy(Steps.DISCARD.file(), tcp.resolve("Server.java"));
        try (ServerProcess check = ServerProcess.command(List.of(
                Programs.JAVA.toString(),
                "-Dworkshop.mine=" + folder,
                "-Dworkshop.project=" + PROJECT,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "check",
                "step2"))) {
            while (check.isAlive() && !check.out().contains("  holds    ends each connection at once")) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            var started =
                    ProcessHandle.of(check.pid()).orElseThrow().descendants().toList();
            assertThat(started).isNotEmpty();
            check.terminate();
            check.awaitExit();
            for (ProcessHandle process : started) {
                process.onExit().get(10, TimeUnit.SECONDS);
            }
            assertThat(String.join("\n", check.out())).doesNotContain("BROKEN", "System.exit");
            assertThat(folder.resolve("progress.properties")).doesNotExist();
        }
    }

    /** Options for every Java, other digits and letters: the verdict is the same. */
    @Test
    void theMachinesSettingsDoNotMatter() throws Exception {
        Path tcp = Files.createDirectories(folder.resolve("tcp"));
        Files.writeString(tcp.resolve("Server.java"), "package tcp;\nclass I {}\n");
        ProcessBuilder builder = new ProcessBuilder(
                Programs.JAVA.toString(),
                "-Duser.language=ar",
                "-Duser.country=EG",
                "-Duser.extensions=nu-arab",
                "-Dworkshop.mine=" + folder,
                "-Dworkshop.project=" + PROJECT,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "check",
                "step2");
        builder.environment().put("JAVA_TOOL_OPTIONS", "-Dfoo=bar");
        builder.environment().remove("PATH");
        builder.environment().remove("HOME");
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isEqualTo(1);
        assertThat(said).contains("It compiles, but something is missing: ");
        assertThat(Files.readString(folder.resolve("progress.properties"))).contains("step2.checks=1");
    }
}
