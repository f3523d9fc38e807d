package tcp.docs.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Problem;
import tcp.testkit.source.Patch;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.source.Steps;

/** The mistakes that the chapters show: patches in docs/broken, and programs in docs/try. */
public final class BrokenSources {
    private BrokenSources() {}

    /** A step's source after a patch of the docs folder: broken/….patch. */
    public static List<String> patched(Docs docs, Steps step, String name) {
        Path file = docs.root().resolve("docs").resolve(name);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("there is no file docs/" + name);
        }
        try {
            List<String> source = docs.source(step);
            List<String> patched = Patch.parse(Files.readString(file)).apply(source);
            if (patched.equals(source)) {
                throw new IllegalArgumentException("docs/" + name + " changes nothing");
            }
            return patched;
        } catch (Patch.DoesNotApply e) {
            throw new IllegalArgumentException(
                    "docs/" + name + " does not fit " + Docs.sourceName(step) + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each patch and each program is used by a block; each patch applies, and the result compiles. */
    static List<Problem> check(Docs docs) {
        List<Problem> problems = new ArrayList<>();
        for (String name : files(docs, "broken")) {
            List<Block> uses = docs.blocks("console")
                    .filter(block -> block.title().equals("server " + name))
                    .toList();
            if (uses.isEmpty()) {
                problems.add(new Problem(
                        "docs/" + name + ":1",
                        "no block uses it",
                        "take it away, or run it in a block titled \"server " + name + "\""));
                continue;
            }
            try {
                List<String> source = patched(docs, Docs.step(uses.get(0).page()), name);
                var compiled = SourceCompiler.compile(String.join("\n", source) + "\n", SourceCompiler.STRICT);
                if (!compiled.succeeded()) {
                    problems.add(new Problem(
                            "docs/" + name + ":1",
                            "with it the file does not compile: " + compiled.remarks(),
                            "a mistake worth showing is one that compiles"));
                }
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(
                        "docs/" + name + ":1", e.getMessage(), "make the patch anew against the step's source"));
            }
        }
        for (String name : files(docs, "try")) {
            if (docs.blocks("console")
                    .flatMap(block -> block.lines().stream())
                    .noneMatch(line -> line.matches("[$>] .*") && line.contains("docs/" + name))) {
                problems.add(new Problem(
                        "docs/" + name + ":1", "no block runs it", "take it away, or run it in a console block"));
            }
        }
        return problems;
    }

    private static List<String> files(Docs docs, String folder) {
        Path path = docs.root().resolve("docs").resolve(folder);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> folder + "/" + file.getFileName()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
