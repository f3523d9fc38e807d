package tcp.workshop;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the learner's command says, run from the packaged jar. */
record Checked(int status, String output) {
    static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
    static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /**
     * Checks this source, in a folder that is empty or not there, in a process that may
     * have checked others before.
     */
    static Checked source(String exercise, String source, Path mine) {
        try {
            Path file = mine.resolve("tcp").resolve("Server.java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, source);
            return Worker.check(exercise, mine);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the command in a new process, with this folder as the learner's own. */
    static Checked command(Path mine, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                JAVA,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dworkshop.mine=" + mine,
                "-jar",
                Path.of("target", "workshop.jar").toString()));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("workshop", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(new File(output.toString()))
                    .start();
            if (!process.waitFor(180, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "It does not end: " + String.join(" ", command) + "\n" + Files.readString(output));
            }
            String text = Files.readString(output).replace("\r\n", "\n");
            Files.delete(output);
            return new Checked(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The promise that was said to be broken, in words; empty if none was. */
    String broken() {
        Matcher line = Pattern.compile("(?m)^  BROKEN   (.*?)( \\(with .*)?$").matcher(output);
        return line.find() ? line.group(1) : "";
    }

    /** The likely cause that was given, on one line. */
    String likely() {
        Matcher part = Pattern.compile("(?s)\n  Likely     (.*?)\n\n").matcher(output);
        return part.find() ? part.group(1).replaceAll("\\s+", " ") : "";
    }
}
