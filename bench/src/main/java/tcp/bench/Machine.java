package tcp.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tcp.testkit.system.Programs;

/** What this machine is, and what can be done on it: programs, cores, descriptors. */
final class Machine {
    /** The root folder of the repository. */
    static final Path ROOT =
            Path.of(System.getProperty("bench.root", ".")).toAbsolutePath().normalize();

    static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

    private static final int CORES = cores();

    private Machine() {}

    /** Descriptors that a process may have here; the JVM raises its own limit to it. */
    static long descriptors() {
        var os = ManagementFactory.getOperatingSystemMXBean();
        return os instanceof UnixOperatingSystemMXBean
                ? ((UnixOperatingSystemMXBean) os).getMaxFileDescriptorCount()
                : 1000;
    }

    static boolean pins() {
        return CORES > 1 && Programs.find("taskset").isPresent();
    }

    /** What goes before a server's command, so that it stays on the first core. */
    static List<String> serverCore() {
        return pins() ? List.of("taskset", "-c", "0") : List.of();
    }

    /** What goes before a load generator's command: the second core. */
    static List<String> loadCore() {
        return pins() ? List.of("taskset", "-c", "1") : List.of();
    }

    /** Keeps this process, all its threads, off the servers' core. */
    static void pinThis() throws IOException, InterruptedException {
        if (pins()) {
            output(List.of("taskset", "-acp", "1", "" + ProcessHandle.current().pid()));
        }
    }

    /** The environment, recorded with the results. */
    static Map<String, String> describe() {
        Map<String, String> is = new LinkedHashMap<>();
        is.put("cores", "" + CORES);
        is.put("cpu", first("/proc/cpuinfo", "model name\\s*: (.*)"));
        is.put(
                "system",
                System.getProperty("os.name") + " "
                        + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        is.put("jdk", System.getProperty("java.runtime.version") + " " + System.getProperty("java.vendor"));
        is.put("descriptors", "" + descriptors());
        is.put("pinned", pins() ? "servers to core 0, load generators to core 1, all their threads" : "no");
        return is;
    }

    private static int cores() {
        int known = Runtime.getRuntime().availableProcessors();
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return (int) lines.filter(line -> line.startsWith("processor")).count();
        } catch (IOException notLinux) {
            return known;
        }
    }

    private static String first(String file, String pattern) {
        try {
            Matcher found = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
            return found.find() ? found.group(1) : "unknown";
        } catch (IOException notLinux) {
            return "unknown";
        }
    }

    /**
     * Runs a command; gives what it prints, standard error too, whatever its status. After
     * three minutes it is ended.
     */
    static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Running.endWithThis(process.toHandle());
        process.getOutputStream().close();
        CompletableFuture.delayedExecutor(3, TimeUnit.MINUTES).execute(process::destroyForcibly);
        String output = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        Running.ended(process.toHandle());
        return output;
    }

    /** The command, kept to the core of the load. */
    static List<String> asLoad(List<String> command) {
        List<String> all = new ArrayList<>(loadCore());
        all.addAll(command);
        return all;
    }
}
