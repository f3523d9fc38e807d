package docs;

import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.patch.PatchFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server block and the client blocks after it, up to the next server block or heading
 * of level 2: the server is started, the clients' commands are run in order, and then
 * both sides' outputs are compared with the blocks.
 *
 * @param docs    where it stands
 * @param server  the server's command
 * @param clients the clients' commands, in order
 * @param literal whether it runs as the page says. Compiling the source at each start
 *                would take the most of the time of all tests, so only each page's first
 *                session does, and those that show a stack trace; the others run the same
 *                source, compiled here
 */
record Session(Docs docs, Command server, List<Command> clients, boolean literal) {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Pattern LISTENING = Pattern.compile("Listening on port (\\d+)\\n");
    private static final Pattern LAUNCH = Pattern.compile("(\\S*Server\\.java)(?: (?<port>[^\\s;|&>]+))?");

    /** The options change nothing but the start, which takes half the time so. */
    private static final String JAVA = "java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC ";

    /** The sessions of a page. A client block outside of one is a problem. */
    static List<Session> of(Docs docs, Page page, List<Problem> problems) {
        List<Session> sessions = new ArrayList<>();
        Session open = null;
        int heading = 0;
        for (Block block : page.blocks) {
            int before = (int) page.titles.stream()
                    .filter(t -> t.level() <= 2 && t.line() < block.line())
                    .count();
            if (before != heading) {
                heading = before;
                open = null;
            }
            if (!block.language().equals("console") || block.lines().isEmpty()) {
                continue;
            }
            if (block.title().startsWith("server")) {
                List<Command> commands = Command.of(block);
                if (commands.size() > 1) {
                    problems.add(block.problem(
                            commands.get(1).line(),
                            "a server block has one command",
                            "make the second one a client block"));
                }
                open = new Session(
                        docs,
                        commands.get(0),
                        new ArrayList<>(),
                        sessions.isEmpty() || String.join("\n", block.lines()).contains("Exception"));
                sessions.add(open);
            } else if (block.title().startsWith("client")) {
                if (open == null) {
                    problems.add(block.problem(
                            "a client block without a server", "put a server block before it, under the same heading"));
                } else {
                    open.clients.addAll(Command.of(block));
                }
            }
        }
        return sessions;
    }

    List<Command> commands() {
        List<Command> commands = new ArrayList<>(clients);
        commands.add(server);
        return commands;
    }

    /** Runs it and tells what is not as the blocks show it. */
    List<Problem> check(Duration patience) throws IOException, InterruptedException {
        try {
            List<Problem> problems = new ArrayList<>();
            run(patience).forEach((command, output) -> problems.addAll(command.compare(output)));
            return problems;
        } catch (IllegalArgumentException e) {
            return List.of(server.block().problem(e.getMessage(), "see the title and the first line of this block"));
        }
    }

    /**
     * Runs it in a copy of the repository.
     *
     * @param patience how long the server may take to print what is expected of it
     * @return what each command printed, or null if it did not end
     */
    Map<Command, List<String>> run(Duration patience) throws IOException, InterruptedException {
        Path copy = Files.createTempDirectory("docs");
        try {
            docs.copy(copy);
            prepare(copy);
            return run(copy, patience);
        } finally {
            Docs.delete(copy);
        }
    }

    /** Puts the file there that this session runs, if it is not the step's own. */
    private void prepare(Path copy) throws IOException {
        Block block = server.block();
        String step = Docs.step(block.page());
        Matcher launch = LAUNCH.matcher(server.text());
        if (!launch.find()) {
            throw new IllegalArgumentException("it starts no Server.java");
        }
        Path file = copy.resolve(launch.group(1));
        String variant = block.title().substring("server".length()).strip();
        if (variant.equals("so far")) {
            Files.createDirectories(file.getParent());
            Files.write(file, Typing.soFar(docs, step, block.line()));
        } else if (!variant.isEmpty()) {
            Files.createDirectories(file.getParent());
            Files.write(file, patched(docs, step, variant));
        }
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("there is no file " + launch.group(1));
        }
    }

    /** A step's source after a patch of the docs folder: docs/broken/….patch. */
    static List<String> patched(Docs docs, String step, String name) {
        Path file = docs.root().resolve("docs").resolve(name);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("there is no file docs/" + name);
        }
        try {
            List<String> source = docs.source(step);
            List<String> patched =
                    UnifiedDiffUtils.parseUnifiedDiff(Files.readAllLines(file)).applyTo(source);
            if (patched.equals(source)) {
                throw new IllegalArgumentException("docs/" + name + " changes nothing");
            }
            return patched;
        } catch (PatchFailedException e) {
            throw new IllegalArgumentException(
                    "docs/" + name + " does not fit " + Docs.sourceName(step) + ": " + e.getMessage());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Map<Command, List<String>> run(Path copy, Duration patience) throws IOException, InterruptedException {
        Map<Command, List<String>> outputs = new LinkedHashMap<>();
        String[] port = {"8080"}; // as the page has it
        String command = launch(copy, server.text(), "0", port);
        try (Shell shell = Shell.start(copy, command)) {
            shell.await(() -> LISTENING.matcher(shell.text()).find(), START);
            Matcher listening = LISTENING.matcher(shell.text());
            String real = listening.find() ? listening.group(1) : port[0];
            if (clients.isEmpty()) {
                finish(shell, real, port[0], patience, outputs);
                return outputs;
            }
            String pid = String.valueOf(shell.javaPid());
            try (Shell terminal = Shell.type(
                    copy,
                    clients,
                    text -> launch(
                            copy,
                            text.replaceAll("(?<!\\d)" + port[0] + "(?!\\d)", real)
                                    .replace("$(pgrep -f Server.java)", pid)
                                    .replace("pgrep -f Server.java", "echo " + pid),
                            real,
                            new String[1]))) {
                List<List<String>> printed = terminal.outputs();
                for (int i = 0; i < clients.size() && i <= printed.size(); i++) {
                    outputs.put(clients.get(i), i == printed.size() ? null : back(printed.get(i), real, port[0]));
                }
                finish(shell, real, port[0], patience, outputs);
            }
            return outputs;
        }
    }

    /** Waits until the server has printed what is expected, and ends it. */
    private void finish(Shell shell, String real, String port, Duration patience, Map<Command, List<String>> outputs)
            throws IOException, InterruptedException {
        shell.await(() -> Output.fits(expected(), back(shell.lines(), real, port)), patience);
        shell.close(); // and so it prints no more
        outputs.put(server, back(shell.lines(), real, port));
    }

    private List<String> expected() {
        return server.expected();
    }

    /** A command that starts a server, with another port; its own goes to old[0]. */
    private String launch(Path copy, String command, String port, String[] old) {
        Matcher launch = LAUNCH.matcher(command);
        if (!command.contains("java ") || !launch.find()) {
            return command;
        }
        String argument = port;
        String given = launch.group("port");
        if (given != null && !given.matches("\\d{1,5}")) {
            argument = given;
        } else if (given != null && !given.equals("0")) {
            old[0] = given;
        }
        Path file = copy.resolve(launch.group(1));
        String program = launch.group(1);
        if (!literal && Files.exists(file)) {
            try {
                Path classes = Files.createTempDirectory(copy, ".classes");
                Compiler.compile(Files.readAllLines(file), classes);
                program = "-cp " + classes.getFileName() + " tcp.Server";
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return (command.substring(0, launch.start()) + program + " " + argument + command.substring(launch.end()))
                .replaceFirst("\\bjava ", JAVA);
    }

    private static List<String> back(List<String> lines, String real, String port) {
        return lines.stream()
                .map(line -> line.replaceAll("(?<!\\d)" + real + "(?!\\d)", port))
                .toList();
    }

    @Override
    public String toString() {
        return server.block().toString();
    }
}
