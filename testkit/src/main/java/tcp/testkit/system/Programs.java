package tcp.testkit.system;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Other programs on this machine. */
public final class Programs {
    /** The java command of the JDK that runs this. */
    public static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private static final Pattern JAVA_VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

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

    /**
     * The java command of the newest JDK: that of this process, or one in /usr/lib/jvm or where a
     * variable JAVA_HOME_… of the environment says. Skips the test if none is as new as this version.
     */
    public static Path java(int version) {
        List<Path> homes = new ArrayList<>();
        System.getenv()
                .forEach((name, value) ->
                        homes.addAll(name.startsWith("JAVA_HOME_") ? List.of(Path.of(value)) : List.of()));
        int newest = Runtime.version().feature();
        Path java = JAVA;
        try (Stream<Path> installed = Files.list(Path.of("/usr/lib/jvm"))) {
            installed.forEach(homes::add);
        } catch (IOException e) {
            // only Linux has this folder
        }
        for (Path home : homes) {
            int feature = feature(home);
            if (feature > newest) {
                newest = feature;
                java = home.resolve("bin/java");
            }
        }
        boolean found = newest >= version;
        Machine.assume(found, () -> "needs JDK %d: run this with it, or have it in /usr/lib/jvm".formatted(version));
        return java;
    }

    /** The version of the JDK in this folder, which says so in a file; 0 if there is none. */
    private static int feature(Path home) {
        try {
            Matcher version = JAVA_VERSION.matcher(Files.readString(home.resolve("release")));
            boolean isJdk = Files.exists(home.resolve("bin/javac"));
            return isJdk && version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Skips the test if there is no such program, or this machine does not let it work. */
    public static void assume(String name) {
        Machine.assume(find(name).isPresent(), () -> "needs the program " + name);
        if (name.equals("strace")) {
            Optional<String> refusal = refusal(name, "-o", File.separator + "dev/null", "true");
            Machine.assume(refusal.isEmpty(), () -> "strace is here, but may not trace: " + refusal.get());
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
