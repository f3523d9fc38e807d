package docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Not a test, and not run as one: with -Ddocs.update it writes the blocks of the docs
 * anew, from the sources and from what is printed now, before the tests prove them.
 */
class Update {
    private Docs docs = Docs.read();
    private final List<Problem> byHand = Collections.synchronizedList(new ArrayList<>());

    @Test
    void rewrites() throws Exception {
        writeFigures();
        write(Rederived.of(docs, byHand));
        write(javaBlocks());
        write(kernelBlocks());
        drawPictures();
        stepThrough();
        write(consoleBlocks());
        byHand.forEach(problem -> System.out.println("By hand: " + problem));
    }

    private void writeFigures() throws IOException {
        for (Page page : docs.pages().values()) {
            String text = Figures.update(docs.root(), page, byHand);
            if (!text.equals(page.text)) {
                System.out.println("Figures written anew: docs/" + page.name);
                Files.writeString(docs.root().resolve("docs").resolve(page.name), text);
            }
        }
        docs = Docs.read(docs.root());
    }

    private Map<Block, List<String>> javaBlocks() {
        Map<Block, List<String>> changed = new LinkedHashMap<>();
        blocks("java")
                .filter(block -> !Origins.check(docs, block).isEmpty() && Origins.source(block) != null)
                .forEach(block -> {
                    List<String> source = docs.lines(Origins.source(block));
                    List<String> found = Excerpt.of(source, block);
                    if (found == null) {
                        byHand.add(block.problem(
                                "neither its first and last line nor its" + " member can be found in the source",
                                "copy what it should show"));
                    } else {
                        changed.put(block, found);
                    }
                });
        return changed;
    }

    private Map<Block, List<String>> kernelBlocks() {
        Map<Block, List<String>> changed = new LinkedHashMap<>();
        if (Shell.missing(List.of("strace", "bash", "setsid")).isEmpty()) {
            blocks("console")
                    .filter(block -> block.title().startsWith("kernel")
                            && !Kernels.check(docs, block).isEmpty())
                    .forEach(block -> {
                        String step = Docs.step(block.page());
                        if (Recording.names().contains(step + " " + block.title())) {
                            changed.put(
                                    block,
                                    Recording.of(docs, step, block.title()).lines(step));
                        }
                    });
        } else {
            System.out.println("No kernel block is written: that needs Linux and strace");
        }
        return changed;
    }

    private void drawPictures() throws IOException {
        if (!Shell.missing(List.of("strace", "bash", "setsid")).isEmpty()) {
            System.out.println("No picture is drawn: that needs Linux and strace");
            return;
        }
        for (String step : Timeline.STEPS) {
            if (!Timeline.check(docs, step).isEmpty()) {
                Path file = docs.root().resolve(Timeline.file(step));
                Files.createDirectories(file.getParent());
                Files.writeString(file, Timeline.of(Recording.of(docs, step, "kernel"), step));
                System.out.println("Drawn anew: " + Timeline.file(step));
            }
        }
    }

    private void stepThrough() throws Exception {
        if (!System.getProperty("os.name").equals("Linux")) {
            System.out.println("Nothing is stepped through: that needs Linux");
        } else if (!Stepping.check(docs).isEmpty()) {
            Path file = docs.root().resolve(Stepping.FILE);
            Files.createDirectories(file.getParent());
            Files.writeString(file, Stepping.record(docs));
            System.out.println("Recorded anew: " + Stepping.FILE);
        }
    }

    private Map<Block, List<String>> consoleBlocks() throws Exception {
        List<Callable<Map<Command, List<String>>>> runs = new ArrayList<>();
        for (Page page : docs.pages().values()) {
            List<Command> shell = Sessionless.commands(page);
            if (!shell.isEmpty() && runnable(shell)) {
                runs.add(() -> Sessionless.run(docs, shell));
            }
            for (Session session : Session.of(docs, page, new ArrayList<>())) {
                if (runnable(session.commands())) {
                    runs.add(() -> run(session));
                }
            }
        }
        Map<Command, List<String>> outputs = new LinkedHashMap<>();
        ExecutorService some = Executors.newFixedThreadPool(6);
        try {
            for (var run : some.invokeAll(runs)) {
                outputs.putAll(run.get());
            }
        } finally {
            some.shutdown();
        }
        Map<Block, List<String>> changed = new LinkedHashMap<>();
        for (Command command : outputs.keySet()) {
            changed.computeIfAbsent(command.block(), block -> {
                List<String> lines = new ArrayList<>();
                for (Command part : Command.of(block)) {
                    lines.addAll(block.lines().subList(part.line(), part.from()));
                    lines.addAll(part.update(outputs.get(part), byHand));
                    if (part.interrupted()) {
                        lines.add("^C");
                    }
                }
                return lines;
            });
        }
        return changed;
    }

    private Map<Command, List<String>> run(Session session) throws Exception {
        try {
            return session.run(Duration.ofSeconds(3));
        } catch (IllegalArgumentException | AssertionError e) {
            byHand.add(session.server().block().problem(e.getMessage(), "it was not run"));
            return Map.of();
        }
    }

    private static boolean runnable(List<Command> commands) {
        return Shell.missing(Shell.programs(commands)).isEmpty();
    }

    private Stream<Block> blocks(String language) {
        return docs.pages().values().stream()
                .flatMap(page -> page.blocks.stream())
                .filter(block -> block.language().equals(language));
    }

    /**
     * Puts new content into blocks, and reads the docs again. What has been written into
     * a page meanwhile stays.
     */
    private void write(Map<Block, List<String>> changed) throws IOException {
        docs = Docs.read(docs.root());
        for (Page page : docs.pages().values()) {
            List<String> lines = new ArrayList<>(page.text.lines().toList());
            List<Block> blocks = new ArrayList<>(page.blocks);
            Collections.reverse(blocks); // so that the lines above stay where they are
            for (Block block : blocks) {
                List<String> content = changed.entrySet().stream()
                        .filter(change -> change.getKey().page().equals(block.page())
                                && change.getKey().info().equals(block.info())
                                && change.getKey().lines().equals(block.lines()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(block.lines());
                if (!content.equals(block.lines())) {
                    lines.subList(block.line(), block.line() + block.lines().size())
                            .clear();
                    lines.addAll(block.line(), content);
                    System.out.println("Written anew: " + block);
                }
            }
            String text = String.join("\n", lines) + "\n";
            if (!text.equals(page.text)) {
                Files.writeString(docs.root().resolve("docs").resolve(page.name), text);
            }
        }
        docs = Docs.read(docs.root());
    }
}
