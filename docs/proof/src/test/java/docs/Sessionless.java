package docs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Shell blocks, and the patches of the broken variants. */
final class Sessionless {
    private Sessionless() {}

    /** The commands of a page that need no server, in order. */
    static List<Command> commands(Page page) {
        return page.blocks.stream()
                .filter(block -> block.title().startsWith("shell"))
                .flatMap(block -> Command.of(block).stream())
                .toList();
    }

    static List<Problem> check(Docs docs, List<Command> commands) throws Exception {
        List<Problem> problems = new ArrayList<>();
        run(docs, commands).forEach((command, output) -> problems.addAll(command.compare(output)));
        return problems;
    }

    /** What each prints in a copy of the repository; null if it does not end. */
    static Map<Command, List<String>> run(Docs docs, List<Command> commands) throws Exception {
        Path copy = Files.createTempDirectory("docs");
        try {
            docs.copy(copy);
            List<List<String>> outputs;
            try (Shell shell = Shell.type(copy, commands, UnaryOperator.identity())) {
                outputs = shell.outputs();
            }
            Map<Command, List<String>> printed = new LinkedHashMap<>();
            for (int i = 0; i < commands.size() && i <= outputs.size(); i++) {
                printed.put(commands.get(i), i < outputs.size() ? outputs.get(i) : null);
            }
            return printed;
        } finally {
            Docs.delete(copy);
        }
    }

    /** Each program in docs/try is run by a block. */
    static List<Problem> checkPrograms(Docs docs) throws Exception {
        Path folder = docs.root().resolve("docs/try");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> programs = Files.list(folder)) {
            return programs.map(file -> "docs/try/" + file.getFileName())
                    .filter(name -> docs.pages().values().stream()
                            .flatMap(page -> page.blocks.stream())
                            .flatMap(block -> block.lines().stream())
                            .noneMatch(line -> line.startsWith("$ ") && line.contains(name)))
                    .map(name ->
                            new Problem(name + ":1", "no block runs it", "take it away, or run it in a console block"))
                    .toList();
        }
    }

    static List<Problem> checkPatches(Docs docs) throws Exception {
        List<Problem> problems = new ArrayList<>();
        Path folder = docs.root().resolve("docs/broken");
        if (!Files.isDirectory(folder)) {
            return problems;
        }
        try (Stream<Path> patches = Files.list(folder)) {
            for (Path patch : patches.sorted().toList()) {
                String name = "broken/" + patch.getFileName();
                List<Block> uses = docs.pages().values().stream()
                        .flatMap(page -> page.blocks.stream())
                        .filter(b -> b.title().equals("server " + name))
                        .toList();
                if (uses.isEmpty()) {
                    problems.add(new Problem(
                            "docs/" + name + ":1",
                            "no block uses it",
                            "take it away, or run it in a block titled \"server " + name + "\""));
                    continue;
                }
                try {
                    List<String> errors = Compiler.errors(
                            Session.patched(docs, Docs.step(uses.get(0).page()), name));
                    if (!errors.isEmpty()) {
                        problems.add(new Problem(
                                "docs/" + name + ":1",
                                "with it the file does not compile: " + String.join("; ", errors),
                                "a mistake worth showing is one that compiles"));
                    }
                } catch (IllegalArgumentException e) {
                    problems.add(new Problem(
                            "docs/" + name + ":1", e.getMessage(), "make the patch anew against the step's source"));
                }
            }
        }
        return problems;
    }
}
