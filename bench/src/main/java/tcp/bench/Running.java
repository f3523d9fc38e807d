package tcp.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tcp.testkit.system.UserError;

/** A server that has been started: its port, its CPU time and memory. close() ends it. */
final class Running implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("Listening on port (\\d+)");
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Set<ProcessHandle> ALL = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Running::endAll));
    }

    private final Process process;
    private final Path log;
    private final int port;

    private Running(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /**
     * Starts a server and waits until it listens.
     *
     * @param known
     *            its port; 0: it prints "Listening on port N" itself
     * @throws UserError
     *             if it ends or is silent for 10 seconds: with what it printed
     */
    static Running start(List<String> command, Path log, int known) throws IOException, InterruptedException {
        List<String> pinned = new ArrayList<>(Machine.serverCore());
        pinned.addAll(command);
        Process process = new ProcessBuilder(pinned)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(nothing()))
                .redirectOutput(log.toFile())
                .start();
        endWithThis(process.toHandle());
        long start = System.nanoTime();
        while (System.nanoTime() - start < PATIENCE.toNanos() && process.isAlive()) {
            Matcher listening = LISTENING.matcher(Files.readString(log));
            if (known != 0 && Check.connects(known)) {
                return new Running(process, log, known);
            } else if (known == 0 && listening.find()) {
                return new Running(process, log, Integer.parseInt(listening.group(1)));
            }
            process.waitFor(1, TimeUnit.MILLISECONDS);
        }
        String why = process.isAlive() ? "it does not listen" : "it ended with status " + process.exitValue();
        end(process.toHandle());
        throw new UserError(why + said(log));
    }

    private static java.io.File nothing() {
        return Path.of(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null")
                .toFile();
    }

    private static String said(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(
                            line -> !line.isBlank() && !LISTENING.matcher(line).find())
                    .findFirst()
                    .map(line -> ": " + line.strip())
                    .orElse("");
        }
    }

    /** Ends all that was started and still runs. */
    static void endAll() {
        ALL.forEach(Running::end);
    }

    static void endWithThis(ProcessHandle process) {
        ALL.add(process);
    }

    static void ended(ProcessHandle process) {
        ALL.remove(process);
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** The process and those that it has started, such as nginx's worker. */
    List<ProcessHandle> processes() {
        List<ProcessHandle> all = new ArrayList<>(List.of(process.toHandle()));
        process.descendants().forEach(all::add);
        return all;
    }

    /** CPU time that it has used so far, user and system. */
    Cpu cpu() throws IOException {
        Duration ticks = Duration.ZERO;
        Map<String, Long> threads = new HashMap<>();
        for (ProcessHandle one : processes()) {
            ticks = ticks.plus(one.info().totalCpuDuration().orElse(Duration.ZERO));
            Path tasks = Path.of("/proc/" + one.pid() + "/task");
            if (Files.isDirectory(tasks)) {
                try (Stream<Path> all = Files.list(tasks)) {
                    for (Path task : all.toList()) {
                        threads.put(task.getFileName().toString(), nanos(task));
                    }
                }
            }
        }
        return new Cpu(ticks, threads);
    }

    private static long nanos(Path task) {
        try {
            return Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]);
        } catch (IOException theThreadHasEnded) {
            return 0;
        }
    }

    /**
     * CPU time as the system counts it: of the process in ticks of 10 ms, and on Linux of
     * each thread in nanoseconds.
     */
    record Cpu(Duration ticks, Map<String, Long> threads) {
        private static final long TICKS = 25_000_000; // two ticks, ns, and some more

        /**
         * Nanoseconds from an earlier look to this one: what its threads have used, or,
         * where more than the ticks' own error is missing since threads have ended, the
         * ticks.
         */
        long since(Cpu earlier) {
            long exact = 0;
            for (var thread : threads.entrySet()) {
                exact += Math.max(0, thread.getValue() - earlier.threads.getOrDefault(thread.getKey(), 0L));
            }
            long rough = ticks.minus(earlier.ticks).toNanos();
            return Math.abs(rough - exact) > TICKS ? rough : exact;
        }
    }

    /** CPU time in its own code so far, in ms, in steps of 10; the rest of it is spent in the kernel. Linux only. */
    long ownMillis() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid() + "/stat")); // proc_pid_stat(5)
        String afterTheName = stat.substring(stat.lastIndexOf(')') + 2);
        return 10 * Long.parseLong(afterTheName.split(" ")[11]);
    }

    /**
     * Memory of its own that is in RAM now, in bytes. On Linux without the parts of files
     * (programs and libraries), which the kernel takes away and fetches again as it likes.
     */
    long resident() throws IOException, InterruptedException {
        long sum = 0;
        for (ProcessHandle one : processes()) {
            Path status = Path.of("/proc/" + one.pid() + "/status");
            if (Files.exists(status)) {
                try (Stream<String> lines = Files.lines(status)) {
                    sum += 1024
                            * lines.filter(line -> line.startsWith("RssAnon:"))
                                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                                    .sum();
                }
            } else {
                String said = Machine.output(List.of("ps", "-o", "rss=", "-p", "" + one.pid()))
                        .strip();
                sum += said.isEmpty() ? 0 : 1024 * Long.parseLong(said); // empty: it has ended
            }
        }
        return sum;
    }

    /** Bytes of the Java heap that are still in use after a full collection. */
    long liveHeap() throws IOException, InterruptedException {
        String jcmd = Machine.JAVA_HOME.resolve("bin/jcmd").toString();
        Matcher total = TOTAL.matcher(Machine.output(Machine.asLoad(List.of(jcmd, "" + pid(), "GC.class_histogram"))));
        return total.find() ? Long.parseLong(total.group(1)) : 0;
    }

    /** Null while it runs; else why it does not. */
    String ended() throws IOException {
        return process.isAlive() ? null : "it ended with status " + process.exitValue() + said(log);
    }

    /** Asks it to end and gives it time for what it does at its end; false: it still runs. */
    boolean endPatiently(int seconds) throws InterruptedException {
        process.destroy();
        return process.waitFor(seconds, TimeUnit.SECONDS);
    }

    /** Descriptors that its processes have open; -1 where the system does not show them. */
    long descriptors() throws IOException {
        long sum = 0;
        for (ProcessHandle one : processes()) {
            Path open = Path.of("/proc/" + one.pid() + "/fd");
            if (!Files.isDirectory(open)) {
                return -1;
            }
            try (Stream<Path> all = Files.list(open)) {
                sum += all.count();
            }
        }
        return sum;
    }

    @Override
    public void close() {
        end(process.toHandle());
    }

    /** Asks it to end, and makes it if it has not done so after 2 seconds. */
    private static void end(ProcessHandle process) {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process);
        all.forEach(ProcessHandle::destroy);
        for (ProcessHandle one : all) {
            try {
                one.onExit().get(2, TimeUnit.SECONDS);
            } catch (Exception itStillRuns) {
                one.destroyForcibly();
            }
        }
        ALL.remove(process);
    }
}
