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
import java.util.stream.LongStream;
import java.util.stream.Stream;
import tcp.testkit.system.Programs;
import tcp.testkit.system.UserError;

/** What this machine is, and what can be done on it: programs, cores, descriptors. */
final class Machine {
    /** The root folder of the repository. */
    static final Path ROOT =
            Path.of(System.getProperty("bench.root", ".")).toAbsolutePath().normalize();

    static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

    private static final int CORES = cores();
    private static final int BUSY_LOOK = 1000; // ms

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

    /**
     * Milliseconds for which the host has taken processors away from this virtual machine
     * (proc(5), "steal"); NaN where the system does not count them.
     */
    static double stolen() {
        long[] ticks = ticks();
        return ticks.length < 8 ? Double.NaN : ticks[7] * 10.0;
    }

    /** The first line of /proc/stat, in ticks of 10 ms: user, nice, system, idle, iowait, …; empty if there is none. */
    private static long[] ticks() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            return Stream.of(lines.findFirst().orElse("").split(" +"))
                    .skip(1)
                    .mapToLong(Long::parseLong)
                    .toArray();
        } catch (IOException notLinux) {
            return new long[0];
        }
    }

    /** What makes the figures of this machine doubtful, a line each: a single core, other programs that run. */
    static List<String> warnings() throws InterruptedException {
        List<String> warnings = new ArrayList<>();
        if (CORES == 1) {
            warnings.add("This machine has one core: servers and load generator share it, so requests a second and"
                    + " waits say little. CPU time a request still does.");
        }
        long[] before = ticks();
        Thread.sleep(BUSY_LOOK); // what is measured: what runs while we do nothing
        long[] after = ticks();
        if (before.length > 4) {
            long all = LongStream.of(after).limit(8).sum()
                    - LongStream.of(before).limit(8).sum();
            long idle = after[3] + after[4] - before[3] - before[4];
            long busy = Math.round(CORES * 100.0 * (all - idle) / Math.max(1, all));
            if (busy > 20) {
                warnings.add("The machine is busy: other programs use " + busy
                        + "% of a core. Close them and start again, or do not trust the figures.");
            }
        }
        return warnings;
    }

    /** Throws UserError, with both versions, if the JDK that runs is older than this one. */
    static void needsJdk(int version) {
        if (Runtime.version().feature() < version) {
            throw new UserError("it needs JDK " + version + " or newer; this is "
                    + Runtime.version().feature());
        }
    }

    /** Another JDK to run step 5 on: that in JDK17_HOME, or where Debian puts it; null: there is none, or this is it. */
    static Path jdk17() {
        if (Runtime.version().feature() == 17) {
            return null;
        }
        String told = System.getenv("JDK17_HOME");
        if (told != null) {
            return Path.of(told);
        }
        try (Stream<Path> all = Files.list(Path.of("/usr/lib/jvm"))) {
            return all.filter(home -> home.getFileName().toString().contains("-17-"))
                    .filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .sorted()
                    .findFirst()
                    .orElse(null);
        } catch (IOException notThere) {
            return null;
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
