package tcp.docs.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Page;
import tcp.docs.page.Problem;
import tcp.docs.source.BrokenSources;
import tcp.docs.source.DiffBlocks;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.system.Folders;
import tcp.testkit.system.Programs;

/**
 * Commands that are run together in a copy of the repository, and whose outputs are compared
 * with the blocks: the shell blocks of a page, in order; or a server block, and the client
 * blocks after it up to the next server block or heading of level 2.
 *
 * @param docs where it stands
 * @param server the server's command, or null
 * @param commands the other commands, in order
 * @param literal whether programs are started from source, as the page says. That takes most of
 *     the time of all tests, so only the sessions outside of the chapters do it, and those that
 *     show a stack trace; the others run the same source, compiled here. With -Dthorough=true
 *     all do
 */
record ConsoleSession(Docs docs, Command server, List<Command> commands, boolean literal) {
    private static final String PORT = "8080"; // as the pages have it
    private static final String PROXY_PORT = "9000"; // that of a proxy in front of it
    private static final Pattern LAUNCH =
            Pattern.compile("(?<program>\\S*Server\\.java|-jar \\S+\\.jar)(?: (?<port>[^\\s;|&>]+))?");
    private static final Map<String, SourceCompiler.Compilation> COMPILED = new ConcurrentHashMap<>();
    private static final Pattern SOURCE = Pattern.compile("\\bjava (\\S+/)?(\\w+)\\.java\\b");

    /** The options change nothing but the start, which takes half the time with them. */
    private static final String JAVA = "java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC ";

    /** The sessions of a page. A client block outside of one is a problem. */
    static List<ConsoleSession> of(Docs docs, Page page, List<Problem> problems) {
        List<ConsoleSession> sessions = new ArrayList<>();
        ConsoleSession shell = new ConsoleSession(docs, null, new ArrayList<>(), true);
        ConsoleSession open = null;
        long heading = 0;
        for (Block block : page.blocks) {
            long before = page.titles.stream()
                    .filter(t -> t.level() <= 2 && t.line() < block.line())
                    .count();
            open = before == heading ? open : null;
            heading = before;
            if (!block.language().equals("console") || block.lines().isEmpty()) {
                continue;
            }
            List<Command> commands = Command.of(block);
            switch (block.title().split(" ")[0]) {
                case "shell" -> shell.commands.addAll(commands);
                case "server" -> {
                    if (commands.size() > 1) {
                        problems.add(block.problem(
                                commands.get(1).line(),
                                "a server block has one command",
                                "make the second one a client block"));
                    }
                    boolean literal = Boolean.getBoolean("thorough")
                            || Docs.step(page.name) == null
                            || String.join("\n", block.lines()).contains("Exception");
                    open = new ConsoleSession(docs, commands.get(0), new ArrayList<>(), literal);
                    sessions.add(open);
                }
                case "client" -> {
                    if (open == null) {
                        problems.add(block.problem(
                                "a client block without a server",
                                "put a server block before it, under the same heading"));
                    } else {
                        open.commands.addAll(commands);
                    }
                }
                default -> {}
            }
        }
        if (!shell.commands.isEmpty()) {
            sessions.add(shell);
        }
        return sessions;
    }

    /** All its commands, to know which programs they need. */
    List<Command> all() {
        return server == null
                ? commands
                : Stream.concat(Stream.of(server), commands.stream()).toList();
    }

    /** The java command that it needs: that of this test if it will do, else of the newest JDK. */
    private Path java() {
        int version =
                all().stream().mapToInt(command -> command.block().jdk()).max().orElseThrow();
        return version <= 17 ? Programs.JAVA : Programs.java(version);
    }

    /**
     * Runs it and tells what is not as the blocks show it.
     *
     * @param patience how long the server may take to print what is expected of it
     */
    List<Problem> check(Duration patience) throws IOException, InterruptedException {
        Map<Command, List<String>> outputs;
        Path copy = Files.createTempDirectory("docs");
        try {
            docs.copy(copy);
            outputs = server == null ? run(copy) : serve(copy, patience);
        } catch (IllegalArgumentException e) {
            return List.of(server.block().problem(e.getMessage(), "see the title and the first line of this block"));
        } finally {
            Folders.delete(copy);
        }
        List<Problem> problems = new ArrayList<>();
        for (Command command : outputs.keySet()) {
            Problem.Edit edit = edit(command.block(), outputs);
            command.compare(outputs.get(command)).forEach(problem -> problems.add(problem.with(edit)));
        }
        return problems;
    }

    /** Puts the outputs into a block; null if a person has to do that. */
    private Problem.Edit edit(Block block, Map<Command, List<String>> outputs) {
        List<String> lines = new ArrayList<>();
        for (Command command : Command.of(block)) {
            List<String> updated = command.updated(outputs.get(command));
            if (updated == null) {
                return null;
            }
            lines.addAll(updated);
        }
        return docs.edit(block, lines);
    }

    private Map<Command, List<String>> run(Path copy) throws IOException, InterruptedException {
        try (Shell shell = Shell.type(copy, java(), commands, UnaryOperator.identity())) {
            return outputs(shell, UnaryOperator.identity());
        }
    }

    private Map<Command, List<String>> serve(Path copy, Duration patience) throws IOException, InterruptedException {
        prepare(copy);
        Matcher given = LAUNCH.matcher(server.text());
        String shown = given.find() && String.valueOf(given.group("port")).matches("[1-9]\\d{0,4}")
                ? given.group("port")
                : PORT;
        try (Shell shell = Shell.start(copy, java(), compiled(copy, launch(server.text(), "0")))) {
            int listening = shell.awaitPort();
            String real = listening < 0 ? shown : String.valueOf(listening);
            String pid = String.valueOf(shell.javaPid());
            String proxy = freePort();
            UnaryOperator<String> back = line -> replaceNumber(replaceNumber(line, real, shown), proxy, PROXY_PORT);
            UnaryOperator<String> change = text -> compiled(
                    copy,
                    launch(
                            replaceNumber(replaceNumber(text, shown, real), PROXY_PORT, proxy)
                                    .replaceAll("\\$\\(pgrep -f [^)]*\\)", pid),
                            text.contains(" " + PROXY_PORT + " ") ? proxy : real));
            try (Shell terminal = Shell.type(copy, java(), commands, change)) {
                Map<Command, List<String>> outputs = outputs(terminal, back);
                shell.await(
                        () -> OutputMatcher.fits(
                                server.expected(),
                                shell.lines().stream().map(back).toList()),
                        patience);
                shell.close(); // and so it prints no more
                outputs.put(server, shell.lines().stream().map(back).toList());
                return outputs;
            }
        }
    }

    /**
     * What each command has printed; null if it does not end.
     *
     * @param change what becomes of each line
     */
    private Map<Command, List<String>> outputs(Shell shell, UnaryOperator<String> change) {
        Map<Command, List<String>> outputs = new LinkedHashMap<>();
        List<List<String>> printed = shell.outputs();
        for (int i = 0; i < commands.size() && i <= printed.size(); i++) {
            outputs.put(
                    commands.get(i),
                    i == printed.size()
                            ? null
                            : printed.get(i).stream().map(change).toList());
        }
        return outputs;
    }

    /** Puts the program there that this session runs, if it is not the step's own source. */
    private void prepare(Path copy) throws IOException {
        Block block = server.block();
        Matcher launch = LAUNCH.matcher(server.text());
        if (!launch.find()) {
            throw new IllegalArgumentException("it starts no Server.java and no jar");
        }
        String name = launch.group("program").replace("-jar ", "");
        Path file = copy.resolve(name);
        String variant = block.title().substring("server".length()).strip();
        Files.createDirectories(file.getParent());
        if (name.endsWith(".jar")) {
            Path jar = docs.root().resolve(name);
            Assumptions.assumeTrue(Files.exists(jar), "needs " + name + ": ./mvnw package -DskipTests");
            Files.copy(jar, file);
        } else if (variant.equals("so far")) {
            Files.write(file, DiffBlocks.soFar(docs, Docs.step(block.page()), block.line()));
        } else if (!variant.isEmpty()) {
            Files.write(file, BrokenSources.patched(docs, Docs.step(block.page()), variant));
        }
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("there is no file " + name);
        }
    }

    /** A command that starts a server, with another port than it says, if it says one. */
    private static String launch(String command, String port) {
        Matcher launch = LAUNCH.matcher(command);
        if (!command.contains("java ") || !launch.find()) {
            return command;
        }
        String given = launch.group("port");
        String argument = given == null || given.matches("\\d{1,5}") ? port : given;
        return (command.substring(0, launch.start()) + launch.group("program") + " " + argument
                        + command.substring(launch.end()))
                .replace("address=127.0.0.1:5005", "address=127.0.0.1:0"); // a debugger's
    }

    /** A command that starts Java programs from source, with the compiled ones. */
    private String compiled(Path copy, String command) {
        String quick = literal
                ? command
                : SOURCE.matcher(command).replaceAll(match -> {
                    Path source =
                            copy.resolve((match.group(1) == null ? "" : match.group(1)) + match.group(2) + ".java");
                    return !Files.exists(source)
                            ? match.group()
                            : "java -cp " + classes(copy, source) + (source.endsWith("Server.java") ? " tcp." : " ")
                                    + match.group(2);
                });
        return quick.replaceAll("\\bjava (?=-|\\S+\\.java)", JAVA);
    }

    /** Compiles a source, once, and returns a folder with its classes. */
    private static Path classes(Path copy, Path file) {
        try {
            Path folder = Files.createTempDirectory(copy, ".classes");
            COMPILED.computeIfAbsent(
                            Files.readString(file),
                            source -> SourceCompiler.compile(
                                    Map.of(file.getFileName().toString(), source), List.of()))
                    .writeTo(folder);
            return folder.getFileName();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return String.valueOf(any.getLocalPort());
        }
    }

    private static String replaceNumber(String text, String number, String other) {
        return text.replaceAll("(?<!\\d)" + number + "(?!\\d)", other);
    }

    @Override
    public String toString() {
        return all().get(0).block().toString();
    }
}
