package tcp.workshop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.system.Folders;
import tcp.testkit.system.Programs;
import tcp.testkit.system.UserError;

/**
 * Checks servers in a process of their own, {@link Checker}, which may come to harm by them:
 * whatever they do there, this side has a verdict to give.
 */
final class CheckProcess implements AutoCloseable {
    private static final int MEMORY = 512; // MB

    /** For a JVM that lives for seconds: the second compiler would only take CPU time away. */
    static final String C1_ONLY = "-XX:TieredStopAtLevel=1";

    /** So would the threads of another garbage collector. */
    static final String SERIAL_GC = "-XX:+UseSerialGC";

    /** How long the other side may be silent, in s. It says each second that it lives. */
    private static final int LIMIT = 5;

    /** How long it may take to start, in s. None of the learner's code runs before that. */
    private static final int START_LIMIT = 60;

    /** A line of a stack trace that is in the server's code: the method and the place. */
    private static final Pattern SERVERS_LINE =
            Pattern.compile("\\s+at (?:\\S*/)?tcp\\.[A-Z][\\w$]*\\.([^(]+)\\((.+)\\)");

    /** What the other side writes: one of these and its parts, with tabs between them. */
    enum Event {
        /** A text for the learner. */
        TEXT,
        /** A requirement, by its method's name, that is met. */
        HOLDS,
        /** The requirement, by its method's name, that is tried now. */
        TRIES,
        /** A process has been started, with this id, which must not outlive the check. */
        STARTED,
        /** All is well, and it takes a while. */
        LIVES,
        /** The server has filled the heap, and the process does nothing but collect garbage. */
        FULL,
        /** The server ends the process: the place, or "". */
        EXITS,
        /** Nothing can be tried, and what to do about it. */
        ERROR,
        /** The end: the outcome's parts, and whether the process can be used again. */
        END
    }

    /**
     * What came of a check.
     *
     * @param status 0: all requirements are met; 1: one is not; 3: some could not be tried;
     *     130: somebody has stopped the check
     * @param result in a few words
     * @param requirement the one that is not met, by its method's name, or ""
     * @param diagnoses the names of the rules that say why, the best one first
     * @param met those that are met, in the order in which they were tried
     */
    record Outcome(int status, String result, String requirement, List<String> diagnoses, List<String> met) {}

    private final Path folder; // for temporary files
    private final Process process;
    private final BlockingQueue<String> events;
    private final List<String> errors;
    private final Set<Long> started = ConcurrentHashMap.newKeySet();
    private boolean reusable = true;
    private volatile boolean stopped;

    /** Starts a process with more classes, if any, than this one has. */
    CheckProcess(Path... classPath) {
        String path = String.join(
                System.getProperty("path.separator"),
                Stream.concat(
                                Stream.of(System.getProperty("java.class.path")),
                                Stream.of(classPath).map(Path::toString))
                        .toList());
        folder = temporaryFolder();
        ProcessBuilder builder = new ProcessBuilder(
                Programs.JAVA.toString(),
                C1_ONLY,
                SERIAL_GC,
                "-Xmx" + MEMORY + "m",
                "-Djava.io.tmpdir=" + folder,
                "-Dtcp.started=8", // s; somebody waits here
                "-Dthorough=" + System.getProperty("thorough", "false"),
                "-Dtcp.patience=3",
                "-cp",
                path,
                Checker.class.getName());
        builder.environment().keySet().removeAll(ServerProcess.JAVA_OPTIONS);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UserError("Cannot start " + Programs.JAVA + ": " + e.getMessage());
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
        events = collect(process.getInputStream(), new LinkedBlockingQueue<>());
        errors = collect(process.getErrorStream(), new CopyOnWriteArrayList<>());
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("workshop");
        } catch (IOException e) {
            throw new UserError("""
                    Cannot write to the folder for temporary files, %s: \
                    give another one with java "-Djava.io.tmpdir=FOLDER\"""".formatted(System.getProperty("java.io.tmpdir")));
        }
    }

    private static <T extends Collection<String>> T collect(InputStream stream, T lines) {
        Thread reader = new Thread(() -> {
            try (var in = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                in.lines().forEach(lines::add);
            } catch (IOException | UncheckedIOException e) {
                // the process has ended
            }
            lines.add(""); // no line of the process's is empty, so this is its end
        });
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    /** Ends a check that another thread waits for: its outcome is that it was stopped. */
    void stop() {
        stopped = true;
        close();
    }

    /** Whether the process has come to no harm, so that it can check another server. */
    boolean isReusable() {
        return reusable && process.isAlive();
    }

    /**
     * Checks a server.
     *
     * @param source the server's source file
     * @param target where a server runs that is to be checked, as HOST:PORT; "" for the source
     * @param out gets what there is to say
     */
    Outcome check(Exercise exercise, Path project, Path source, String target, Consumer<String> out) {
        String trying = "";
        String exits = null;
        boolean full = false;
        List<String> met = new ArrayList<>();
        try {
            process.getOutputStream()
                    .write("%s\t%s\t%s\t%s\n"
                            .formatted(project, exercise.name(), source, target)
                            .getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            while (!full) {
                String event = events.poll(trying.isEmpty() ? START_LIMIT : LIMIT, TimeUnit.SECONDS);
                if (event == null || event.isEmpty()) {
                    break;
                }
                String[] parts = event.split("\t", -1);
                Arrays.setAll(parts, i -> parts[i].translateEscapes());
                switch (Event.valueOf(parts[0])) {
                    case TEXT -> out.accept(parts[1]);
                    case HOLDS -> {
                        met.add(parts[1]);
                        out.accept("  holds    " + Checker.words(parts[1]) + "\n");
                    }
                    case TRIES -> trying = parts[1];
                    case STARTED -> started.add(Long.valueOf(parts[1]));
                    case LIVES -> {}
                    case FULL -> full = true;
                    case EXITS -> exits = parts[1];
                    case ERROR -> throw new UserError(parts[1]);
                    case END -> {
                        reusable = Boolean.parseBoolean(parts[5]);
                        started.clear(); // they have ended
                        return new Outcome(
                                Integer.parseInt(parts[1]), parts[2], parts[3], List.of(parts[4].split(",")), met);
                    }
                }
            }
        } catch (IOException e) {
            // it has ended
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        reusable = false;
        return stopped ? new Outcome(130, "", trying, List.of(), met) : ended(trying, exits, full, met, out);
    }

    /** The other side is silent, full or gone, and there is no verdict. */
    private Outcome ended(String trying, String exits, boolean full, List<String> met, Consumer<String> out) {
        boolean silent = full
                || process.onExit()
                                .completeOnTimeout(null, 500, TimeUnit.MILLISECONDS)
                                .join()
                        == null;
        String place = silent ? place() : exits;
        close();
        int status = process.onExit().join().exitValue();
        if (!silent && exits == null && (status == 130 || status == 143)) { // SIGINT, SIGTERM
            Checker.pause(500); // they are for this process too, as a rule, which ends then
            out.accept("\nThe check was stopped, so there is no verdict.\n");
            return new Outcome(130, "", trying, List.of(), met);
        }
        String happened = full
                ? "Your server has filled %d MB of memory.".formatted(MEMORY)
                : silent
                        ? "For %d s nothing was heard of the process that runs your server.".formatted(LIMIT)
                        : "The process that runs your server ended, with exit status %d.".formatted(status);
        Diagnosis likely = Diagnosis.named(silent ? "no-answer" : "exits");
        out.accept("  BROKEN   " + (trying.isEmpty() ? "starts" : Checker.words(trying)) + "\n\n"
                + Report.part("Happened", happened)
                + (place == null || place.isEmpty() ? "" : Report.part("", place))
                + errors.stream()
                        .filter(line -> !line.isEmpty())
                        .limit(5)
                        .map(line -> Report.part("", line))
                        .reduce("", String::concat)
                + Report.part("Likely", likely.tell()));
        return new Outcome(
                1, silent ? "no answer" : "the server ended the process", trying, List.of(likely.name()), met);
    }

    /** Where a thread is in the server's code, as the JDK's jcmd sees it; null: it cannot tell in time. */
    private String place() {
        try {
            Process jcmd = new ProcessBuilder(
                            Programs.JAVA.resolveSibling("jcmd").toString(), "" + process.pid(), "Thread.print")
                    .start();
            List<String> lines = collect(jcmd.getInputStream(), new CopyOnWriteArrayList<>());
            jcmd.waitFor(2, TimeUnit.SECONDS);
            jcmd.destroyForcibly();
            return lines.stream()
                    .map(SERVERS_LINE::matcher)
                    .filter(Matcher::matches)
                    .findFirst()
                    .map(line -> "A thread was at %s in %s().".formatted(line.group(2), line.group(1)))
                    .orElse(null);
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the process and all that it has started. */
    @Override
    public void close() {
        Stream.concat(Stream.of(process.toHandle()), process.descendants()) // or it might start others meanwhile
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
        // those of a process that has ended itself have another parent now
        started.stream().flatMap(id -> ProcessHandle.of(id).stream()).forEach(ProcessHandle::destroyForcibly);
        process.onExit().completeOnTimeout(null, 2, TimeUnit.SECONDS).join(); // it may still write
        try { // and its temporary files
            Folders.delete(folder);
        } catch (IOException | UncheckedIOException e) {
            // the system deletes temporary files as well
        }
    }
}
