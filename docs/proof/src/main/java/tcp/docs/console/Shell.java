package tcp.docs.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tcp.testkit.system.Programs;

/**
 * A bash in a process group of its own, which runs commands as a person types them in a
 * terminal: standard output and error together, and an input that stays silent. close() ends it
 * and all that it started.
 */
public final class Shell implements AutoCloseable {
    private static final int KEPT = 1 << 20; // bytes; a spinning loop prints more
    private static final Duration PATIENCE = Duration.ofSeconds(60); // for one command
    private static final String MARK = "-- end of command ";
    private static final Pattern LISTENING = Pattern.compile("Listening on port (\\d+)\n");

    /** The programs that a machine may be without; a command that names one needs it. */
    private static final Set<String> TOOLS = Set.of(
            "nc", "curl", "strace", "ss", "ps", "lsof", "ab", "wrk", "git", "top", "xxd", "od", "hexdump", "python3",
            "jcmd", "awk", "patch", "diff", "timeout", "pgrep", "setpriv");

    private static final Set<Shell> OPEN = ConcurrentHashMap.newKeySet();

    static {
        // If the tests are stopped, what they have started stops too.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(Shell::close)));
    }

    private final Process process;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Thread reader;

    private Shell(Path folder, Path java, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("setsid", "bash"), Stream.of(command))
                        .toList())
                .directory(folder.toFile())
                .redirectErrorStream(true);
        var environment = builder.environment();
        environment.put("PATH", java.getParent() + ":" + environment.get("PATH"));
        environment.put("LC_ALL", "C");
        // A person's own .curlrc does not count. And curl in a terminal shows no progress.
        environment.put("HOME", folder.toString());
        Files.writeString(folder.resolve(".curlrc"), "no-progress-meter\n");
        environment.keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"));
        process = builder.start();
        OPEN.add(this);
        reader = new Thread(this::read, "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts one command. */
    public static Shell start(Path folder, String command) throws IOException {
        return start(folder, Programs.JAVA, command);
    }

    static Shell start(Path folder, Path java, String command) throws IOException {
        return new Shell(folder, java, "-c", command);
    }

    /**
     * Runs commands one after the other, and returns when the last one has ended, or one has not
     * in a long time. What they have started in the background runs on until close().
     *
     * @param java the command that java is
     * @param change what becomes of the text of a command before it is run
     */
    static Shell type(Path folder, Path java, List<Command> commands, UnaryOperator<String> change)
            throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < commands.size(); i++) {
            String text = change.apply(commands.get(i).text());
            if (commands.get(i).interrupted()) {
                // Ctrl-C after a second in which nothing more was to be seen.
                text = "timeout -s INT 1 bash -c '" + text.replace("'", "'\\''") + "'";
            }
            // The pause is a person's, who types the next one.
            script.append(text).append("\nprintf '\\n").append(MARK).append(i).append("\\n'\nsleep 0.2\n");
        }
        Path file = Files.createTempFile(folder, ".commands", ".sh");
        Files.writeString(file, script);
        Shell shell = new Shell(folder, java, file.toString());
        for (int i = 0; i < commands.size(); i++) {
            String mark = MARK + i + "\n";
            if (!shell.await(() -> shell.text().contains(mark), PATIENCE)) {
                break;
            }
        }
        return shell;
    }

    /** The output of each command that was typed; fewer than there are if one did not end. */
    List<List<String>> outputs() {
        List<List<String>> outputs = new ArrayList<>();
        String text = text();
        Matcher mark = Pattern.compile("\n" + MARK + "\\d+\n").matcher(text);
        int end = 0;
        while (mark.find()) {
            outputs.add(text.substring(end, mark.start()).lines().toList());
            end = mark.end();
        }
        return outputs;
    }

    private void read() {
        byte[] bytes = new byte[8192];
        try (InputStream in = process.getInputStream()) {
            for (int n; (n = in.read(bytes)) >= 0; ) {
                synchronized (output) {
                    output.write(bytes, 0, Math.min(n, KEPT - output.size()));
                }
            }
        } catch (IOException e) {
            // It was ended, and what it printed until then is there.
        }
    }

    public String text() {
        synchronized (output) {
            return output.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
        }
    }

    /** Its output so far, without a line that has no end yet. */
    List<String> lines() {
        String text = text();
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** Waits until this holds or the command has ended, at most so long. Returns whether it holds. */
    public boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
                reader.join(1000); // until the last of its output is there
                break;
            }
        }
        return condition.getAsBoolean();
    }

    /** Waits until the server that it runs says on which port it listens; -1 if it never does. */
    public int awaitPort() throws InterruptedException {
        await(() -> LISTENING.matcher(text()).find(), PATIENCE);
        Matcher listening = LISTENING.matcher(text());
        return listening.find() ? Integer.parseInt(listening.group(1)) : -1;
    }

    /** The process of the java command that it runs. */
    long javaPid() {
        return process.descendants()
                .filter(p -> p.info().command().orElse("").endsWith("java"))
                .findFirst()
                .map(ProcessHandle::pid)
                .orElse(process.pid());
    }

    /** Ends it and all that it started. */
    @Override
    public void close() {
        try {
            signal("TERM");
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                signal("KILL");
                process.waitFor();
            }
            signal("KILL"); // what a command left behind
            reader.join(3000);
            OPEN.remove(this);
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("bash", "-c", "kill -" + name + " -- -" + process.pid())
                .redirectErrorStream(true)
                .start()
                .waitFor();
    }

    /** Skips the test, visibly, where the programs that these commands name are not. */
    static void assume(List<Command> commands) {
        assume(commands.stream()
                .flatMap(command -> Stream.of(command.text().split("[^\\w]+")))
                .filter(TOOLS::contains)
                .toArray(String[]::new));
    }

    /** Skips the test, visibly, where one of these programs is not. */
    public static void assume(String... programs) {
        Assumptions.assumeTrue(
                System.getProperty("os.name").equals("Linux"), "the sessions of the docs are run on Linux only");
        Stream.concat(Stream.of("bash", "setsid"), Stream.of(programs))
                .distinct()
                .forEach(Programs::assume);
    }
}
