package docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Each block has an origin, and java blocks are in the source. */
final class Origins {
    private static final Set<String> CONSOLES = Set.of("server", "client", "shell", "kernel");

    private Origins() {}

    static List<Problem> check(Docs docs, Block block) {
        List<Problem> problems = new ArrayList<>();
        String title = block.title();
        switch (block.language()) {
            case "java" -> checkJava(docs, block, problems);
            case "diff" -> {
                if (Docs.step(block.page()) == null) {
                    problems.add(block.problem(
                            "a diff block that is in no chapter",
                            "make it a java block, or move it to the chapter of its" + " step"));
                } else if (!block.info().startsWith("diff lang=\"java\" title=\"Server.java#")) {
                    problems.add(block.problem(
                            "a diff block without its title",
                            "begin it with ```diff lang=\"java\"" + " title=\"Server.java#member\""));
                }
            }
            case "console" -> {
                String kind = title.split(" ")[0];
                if (!CONSOLES.contains(kind)) {
                    problems.add(block.problem(
                            "a console block titled \"" + title + "\"",
                            "begin it with ```console title=\"…\", one of " + CONSOLES));
                } else if (!kind.equals("shell") && Docs.step(block.page()) == null) {
                    problems.add(block.problem(
                            "a console block that is in no chapter",
                            "move it to the chapter of the step that it runs"));
                }
                if (block.lines().isEmpty() || !block.lines().get(0).startsWith("$ ")) {
                    problems.add(block.problem(
                            "a console block with no command", "begin its first line with `$ ` and the command"));
                }
            }
            case "text", "mermaid" -> {}
            case "" ->
                problems.add(block.problem(
                        "a block that says not what it is",
                        "name it behind its fence: java, diff, console, text or mermaid"));
            default ->
                problems.add(block.problem(
                        "a block of an unknown kind, " + block.language(),
                        "use java, diff, console, text or mermaid: nothing else is proven"));
        }
        int limit = block.language().equals("java") ? 90 : block.language().equals("diff") ? 91 : Integer.MAX_VALUE;
        for (int i = 0; i < block.lines().size(); i++) {
            if (block.lines().get(i).length() > limit) {
                problems.add(block.problem(
                        i,
                        "a line of " + block.lines().get(i).length() + " characters",
                        "a column holds 90: shorten it"));
            }
        }
        return problems;
    }

    /**
     * The source that a java block is from: title="Server.java#run", or with its folder.
     */
    static String source(Block block) {
        String file = block.title().split("#")[0];
        String step = Docs.step(block.page());
        if (file.equals("Server.java") && step != null) {
            return Docs.sourceName(step);
        }
        String folder = file.replaceFirst("/(src/main/java/tcp/)?Server\\.java$", "");
        return Docs.STEPS.contains(folder) ? Docs.sourceName(folder) : null;
    }

    private static void checkJava(Docs docs, Block block, List<Problem> problems) {
        String file = source(block);
        if (file == null) {
            problems.add(block.problem(
                    "a java block titled \"" + block.title() + "\"",
                    "title it \"Server.java#member\" in a chapter, and"
                            + " \"step5-http/Server.java#member\" elsewhere"));
            return;
        }
        List<String> source = docs.lines(file);
        List<String> lines = block.lines();
        if (lines.isEmpty() || !Typing.places(source, lines).isEmpty()) {
            return;
        }
        int best = 0;
        for (int at = 0; at < source.size(); at++) {
            int fit = 0;
            while (fit < lines.size()
                    && at + fit < source.size()
                    && lines.get(fit).equals(source.get(at + fit))) {
                fit++;
            }
            best = Math.max(best, fit);
        }
        problems.add(block.problem(
                Math.min(best, lines.size() - 1),
                "this line is not in " + file + ", or not behind the one before it",
                "copy it from there as it is, or let -Ddocs.update do it"));
    }

    /** What holds for a page as a whole: few blocks that nothing proves. */
    static List<Problem> checkPage(Page page) {
        List<Problem> problems = new ArrayList<>();
        List<Block> exempt = page.blocks.stream()
                .filter(b -> Set.of("text", "mermaid").contains(b.language()))
                .toList();
        if (Docs.step(page.name) != null && exempt.size() > 6) {
            problems.add(exempt.get(6)
                    .problem(
                            "the " + exempt.size() + " text and mermaid blocks of this chapter are proven by nothing",
                            "keep at most 6 of them"));
        }
        return problems;
    }
}
