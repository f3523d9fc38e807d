package tcp.testkit.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import tcp.testkit.client.Client;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.system.Machine;
import tcp.testkit.system.Programs;

/**
 * A program in a process of its own, a server of ours as a rule: what it prints, how it
 * exits, what CPU time it takes. It does not inherit the variables by which options are
 * given to every Java on a machine: Java tells on standard error that it has seen them.
 */
public final class ServerProcess extends RunningServer {
    /** The variables of the environment that give options to every Java. */
    public static final List<String> JAVA_OPTIONS = List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS");

    private static final List<ServerProcess> EARLY = new CopyOnWriteArrayList<>();

    private final List<String> command;
    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private boolean closed;
    private boolean ended; // before it was closed

    private ServerProcess(Path folder, List<String> command) {
        this.command = command;
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(JAVA_OPTIONS);
        try {
            process = builder.directory(folder == null ? null : folder.toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        collect(process.getInputStream(), out);
        collect(process.getErrorStream(), err);
    }

    /** How long it may take to listen, or to end: 30 s, or what the system property tcp.started says. */
    private static Duration started() {
        return Duration.ofSeconds(Long.getLong("tcp.started", 30));
    }

    /** Starts java with these arguments. */
    public static ServerProcess java(String... arguments) {
        return command(javaCommand(arguments));
    }

    /** Starts any command, or takes the process that {@link #startEarly} has started with it. */
    public static ServerProcess command(List<String> command) {
        return EARLY.stream()
                .filter(early -> early.command.equals(command) && EARLY.remove(early))
                .findFirst()
                .orElseGet(() -> new ServerProcess(null, command));
    }

    /** Starts a command that somebody will ask for, so that it starts meanwhile. */
    static ServerProcess startEarly(List<String> command) {
        ServerProcess early = new ServerProcess(null, command);
        EARLY.add(early);
        return early;
    }

    /** Ends those that were started early, and that nobody has asked for. */
    public static void closeEarly() {
        EARLY.forEach(ServerProcess::close);
        EARLY.clear();
    }

    /** Starts any command in a folder. */
    public static ServerProcess command(Path folder, List<String> command) {
        return new ServerProcess(folder, command);
    }

    private static List<String> javaCommand(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Programs.JAVA.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void collect(InputStream stream, List<String> lines) {
        Thread reader = new Thread(
                () -> {
                    try (var in = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        in.lines().forEach(lines::add);
                    } catch (IOException | UncheckedIOException e) {
                        lines.add("(the rest could not be read: " + e.getMessage() + ")");
                    }
                },
                "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }

    /**
     * Waits for the line that says where it listens; the address is on 127.0.0.1.
     *
     * @throws ServerFault if it ends before that, or takes too long
     */
    @Override
    public InetSocketAddress address() {
        boolean inTime = await(started(), () -> listening().isPresent() || !process.isAlive());
        if (inTime && listening().isEmpty()) {
            awaitExit(); // and the last of its output
        }
        String line = listening()
                .orElseThrow(() -> new ServerFault(
                        Kind.DOES_NOT_START,
                        "It %s a line \"%s<port>\".\n%s"
                                .formatted(inTime ? "ended before it printed" : "did not print", LISTENING, this)));
        int port = Integer.parseInt(line.substring(LISTENING.length()));
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Waits until it listens or has ended. Returns whether it listens. */
    public boolean listens() {
        await(started(), () -> listening().isPresent() || !process.isAlive());
        return listening().isPresent();
    }

    /** The first line that it has printed on standard output. */
    public String firstLine() {
        return out.get(0);
    }

    private Optional<String> listening() {
        return out.stream().filter(line -> line.startsWith(LISTENING)).findFirst();
    }

    /**
     * Waits until it has ended by itself.
     *
     * @return its exit status
     * @throws ServerFault if it does not end
     */
    public int awaitExit() {
        return awaitExit(started());
    }

    /** The same, with another limit. */
    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ServerFault(
                        Kind.DOES_NOT_END, "It does not end within %d s.\n%s".formatted(limit.toSeconds(), this));
            }
            for (Thread reader : readers) {
                reader.join(Client.patience().toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerFault(Kind.DOES_NOT_END, "The wait for its end was interrupted.\n" + this, "", e);
        }
        return process.exitValue();
    }

    @Override
    public void awaitEnd() {
        awaitExit();
    }

    /** Notes whether it has ended by itself; if it has printed an exception, it may be about to. */
    private void noteEnd() {
        if (!closed) {
            ended = await(Duration.ofMillis(err.isEmpty() ? 0 : 500), () -> !process.isAlive());
        }
    }

    @Override
    Optional<ServerFault> fault() {
        noteEnd();
        return !ended
                ? Optional.empty()
                : Optional.of(new ServerFault(
                        Kind.PROCESS_ENDED,
                        "The server's process ended by itself, with status %d.%s"
                                .formatted(
                                        awaitExit(),
                                        err.isEmpty()
                                                ? ""
                                                : " It printed:\n" + String.join("\n", first(ownLines(), 12)))));
    }

    /** What it has printed on standard error, but for the lines of a stack trace that are the JDK's. */
    private List<String> ownLines() {
        return err.stream()
                .filter(line -> !line.matches("\\s+at (java|jdk|sun)\\..*"))
                .toList();
    }

    private static List<String> first(List<String> lines, int most) {
        return lines.stream().limit(most).toList();
    }

    /** Asks it to end: SIGTERM. Skips the test on Windows, where that cannot be asked. */
    public void terminate() {
        Machine.assume(process.supportsNormalTermination(), () -> "this system has no SIGTERM");
        closed = true;
        process.toHandle().destroy(); // Process.destroy() would close its streams, too
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public List<String> out() {
        return out.stream().filter(line -> !line.startsWith(LISTENING)).toList();
    }

    @Override
    public List<String> err() {
        return List.copyOf(err);
    }

    @Override
    public Duration cpuTime() {
        if (!process.isAlive()) {
            throw fault().orElseThrow();
        }
        var time = process.info().totalCpuDuration();
        Machine.assume(time.isPresent(), () -> "this system does not tell CPU times");
        return time.get();
    }

    /** Ends it and what it has started, at once if it does not end when asked. */
    @Override
    public void close() {
        noteEnd();
        int patience = closed ? 1 : 5; // s; less if it was asked before
        closed = true;
        // strace, when it is asked to end, lets go of the server, which would live on.
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(patience, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "Standard error:  %s\nStandard output: %s\nCommand:         %s"
                .formatted(first(err, 12), first(out, 12), String.join(" ", command));
    }
}
