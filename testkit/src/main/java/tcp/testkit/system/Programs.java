package tcp.testkit.system;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Other programs on this machine. */
public final class Programs {
    /** The java command of the JDK that runs this. */
    public static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private Programs() {}

    /** Where a program is: the first on the PATH with this name that may be run. */
    public static Optional<Path> find(String name) {
        String path = System.getenv("PATH");
        return Stream.of((path == null ? "" : path).split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .flatMap(folder -> Stream.of(Path.of(folder, name), Path.of(folder, name + ".exe")))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /** Skips the test if there is no such program, or this machine does not let it work. */
    public static void assume(String name) {
        Assumptions.assumeTrue(find(name).isPresent(), () -> "needs the program " + name);
        if (name.equals("strace")) {
            Optional<String> refusal = refusal(name, "-o", File.separator + "dev/null", "true");
            Assumptions.assumeTrue(refusal.isEmpty(), () -> "strace is here, but may not trace: " + refusal.get());
        }
    }

    /** Runs a command. Empty if its exit status is 0, else the first line that it printed. */
    static Optional<String> refusal(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes()).strip();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of(said.lines().findFirst().orElse("it failed and says nothing"));
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }
}
