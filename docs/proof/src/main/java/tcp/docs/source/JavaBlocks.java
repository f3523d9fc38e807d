package tcp.docs.source;

import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Problem;
import tcp.testkit.source.Patch;
import tcp.testkit.source.Steps;

/** A java block shows lines of a step's source, or of a program in docs/try, as they are. */
public final class JavaBlocks {
    private JavaBlocks() {}

    static List<Problem> check(Docs docs, Block block) {
        String file = source(docs, block);
        if (file == null) {
            return List.of(block.problem(
                    "a java block titled \"" + block.title() + "\"",
                    "title it \"Server.java#member\" in a chapter, and elsewhere \"step5-http/Server.java#member\""
                            + " or \"docs/try/Program.java\""));
        }
        List<String> source = docs.lines(file);
        if (block.lines().isEmpty() || !Patch.places(source, block.lines()).isEmpty()) {
            return List.of();
        }
        int differs = 0;
        while (!Patch.places(source, block.lines().subList(0, differs + 1)).isEmpty()) {
            differs++;
        }
        List<String> now = excerpt(source, block.lines());
        return List.of(block.problem(
                        differs,
                        "this line is not in " + file + ", or not behind the one before it",
                        "copy it from there as it is, or let -Ddocs.update do it")
                .with(now == null ? null : docs.edit(block, now)));
    }

    /** The file that a java block is from, or null. */
    private static String source(Docs docs, Block block) {
        Steps step = step(block);
        boolean program = block.title().startsWith("docs/try/")
                && Files.exists(docs.root().resolve(block.title()));
        return step != null ? Docs.sourceName(step) : program ? block.title() : null;
    }

    /** The step that a java block is from: title="Server.java#run", or with its folder; or null. */
    static Steps step(Block block) {
        String file = block.title().split("#")[0];
        String folder = file.replaceFirst("/(src/main/java/tcp/)?Server\\.java$", "");
        return file.equals("Server.java")
                ? Docs.step(block.page())
                : Stream.of(Steps.values())
                        .filter(step -> step.folder.equals(folder))
                        .findFirst()
                        .orElse(null);
    }

    /**
     * What a block should show now that its source has changed: from its first line to its last
     * one, if both are still in the source, and the first one once; else null.
     */
    static List<String> excerpt(List<String> source, List<String> lines) {
        List<Integer> first = Patch.places(source, lines.subList(0, 1));
        if (first.size() != 1) {
            return null;
        }
        List<String> rest = source.subList(first.get(0), source.size());
        int last = rest.indexOf(lines.get(lines.size() - 1));
        return last < 0 ? null : List.copyOf(rest.subList(0, last + 1));
    }
}
