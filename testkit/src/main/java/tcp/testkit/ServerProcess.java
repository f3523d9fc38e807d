package tcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Assumptions;

/**
 * A program of ours, run as a process of its own: what it prints, how it exits, what CPU
 * time it takes. close() ends it.
 */
public final class ServerProcess implements AutoCloseable {
    /** The java command of the JDK that runs the tests. */
    public static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /** How long it may take to listen, or to end; -Dtcp.started in seconds. */
    private static final Duration STARTED = Duration.ofSeconds(Long.getLong("tcp.started", 30));

    private static final String LISTENING = "Listening on port ";

    private final List<String> command;
    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();

    private ServerProcess(List<String> command) {
        this.command = command;
        try {
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        collect(process.getInputStream(), out);
        collect(process.getErrorStream(), err);
    }

    /** Starts java with these arguments. */
    public static ServerProcess java(String... arguments) {
        return command(javaCommand(arguments));
    }

    /**
     * Starts java with these arguments and a limit to its descriptors. Not on Windows.
     */
    public static ServerProcess javaWithDescriptors(int limit, String... arguments) {
        Assumptions.assumeFalse(
                System.getProperty("os.name").startsWith("Windows"), "limiting descriptors needs a Unix shell");
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + limit + " && exec \"$@\"", "sh"));
        command.addAll(javaCommand(arguments));
        return command(command);
    }

    /** Starts any command. */
    public static ServerProcess command(List<String> command) {
        return new ServerProcess(command);
    }

    private static List<String> javaCommand(String... arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA));
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

    /** Waits for the line that says where it listens; the address is on 127.0.0.1. */
    public InetSocketAddress address() {
        awaitOutput("a line \"" + LISTENING + "<port>\"", line -> line.startsWith(LISTENING), STARTED);
        String line =
                out.stream().filter(l -> l.startsWith(LISTENING)).findFirst().get();
        int port = Integer.parseInt(line.substring(LISTENING.length()));
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Waits until it has printed such a line on standard output.
     *
     * @throws AssertionError if it ends without having done so, or takes too long
     */
    public void awaitOutput(String what, Predicate<String> line) {
        awaitOutput(what, line, Client.PATIENCE);
    }

    private void awaitOutput(String what, Predicate<String> line, Duration patience) {
        try {
            await().atMost(patience)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> out.stream().anyMatch(line) || !process.isAlive());
            if (!process.isAlive()) {
                awaitExit(); // and the last of its output
            }
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("It did not print " + what + ".\n" + this, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (out.stream().noneMatch(line)) {
            throw new AssertionError("It ended before it printed " + what + ".\n" + this);
        }
    }

    /** Checks that it has printed these lines on standard output, and no others. */
    public void expectOutput(String... lines) {
        long start = System.nanoTime();
        while (out.size() < lines.length // what it prints comes here a bit later
                && System.nanoTime() - start < Client.PATIENCE.toNanos()) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(out).containsExactly(lines);
    }

    /**
     * Waits until it has ended by itself.
     *
     * @return its exit status
     * @throws AssertionError if it does not end
     */
    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(STARTED.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("It does not end.\n" + this);
        }
        for (Thread reader : readers) {
            reader.join(Client.PATIENCE.toMillis());
        }
        return process.exitValue();
    }

    /** Asks it to end: SIGTERM. Skips on Windows, where that cannot be asked. */
    public void terminate() {
        Assumptions.assumeTrue(process.supportsNormalTermination(), "this system has no SIGTERM");
        process.destroy();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** The lines that it has printed on standard output so far. */
    public List<String> out() {
        return out;
    }

    /** The lines that it has printed on standard error so far. */
    public List<String> err() {
        return err;
    }

    /** CPU time it has used so far, as the system counts it. Skips where it does not. */
    public Duration cpuTime() {
        if (!process.isAlive()) {
            throw new AssertionError("The server's process has ended.\n" + this);
        }
        var time = process.info().totalCpuDuration();
        Assumptions.assumeTrue(time.isPresent(), "this system does not tell CPU times");
        return time.get();
    }

    /** What it uses of one CPU from now on for this long: 0 is idle, 1 is a busy core. */
    public double cpuShare(Duration time) throws InterruptedException {
        Duration before = cpuTime();
        long start = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(time.toNanos()); // what is measured, not waited for
        Duration used = cpuTime().minus(before);
        return (double) used.toNanos() / (System.nanoTime() - start);
    }

    /** Ends it and what it has started, at once if it does not end when asked. */
    @Override
    public void close() {
        // strace, when it is asked to end, lets go of the server, which would live on.
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "Command:         " + String.join(" ", command) + "\nStandard output: "
                + out
                + "\nStandard error:  " + err;
    }
}
