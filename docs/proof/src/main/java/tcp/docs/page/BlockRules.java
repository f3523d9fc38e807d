package tcp.docs.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Each block says where it comes from, and few come from nowhere. */
public final class BlockRules {
    private static final Set<String> CONSOLES = Set.of("server", "client", "shell", "ci", "kernel");
    private static final Set<String> NOT_PROVEN = Set.of("text", "mermaid");
    private static final int WIDTH = 90; // what a column of the site holds

    private BlockRules() {}

    public static List<Problem> check(Block block) {
        List<Problem> problems = new ArrayList<>();
        String title = block.title();
        boolean chapter = Docs.step(block.page()) != null;
        switch (block.language()) {
            case "java", "text", "mermaid" -> {}
            case "diff" -> {
                if (!chapter) {
                    problems.add(block.problem(
                            "a diff block that is in no chapter",
                            "make it a java block, or move it to the chapter of its step"));
                } else if (!block.info().startsWith("diff lang=\"java\" title=\"Server.java#")) {
                    problems.add(block.problem(
                            "a diff block without its title",
                            "begin it with ```diff lang=\"java\" title=\"Server.java#member\""));
                }
            }
            case "console" -> {
                if (!CONSOLES.contains(title.split(" ")[0])) {
                    problems.add(block.problem(
                            "a console block titled \"" + title + "\"",
                            "begin it with ```console title=\"…\", one of " + CONSOLES));
                } else if (!chapter && title.matches("kernel.*|server .*")) {
                    problems.add(block.problem(
                            "a block titled \"" + title + "\" that is in no chapter",
                            "move it to the chapter of the step that it runs"));
                }
                if (block.lines().isEmpty() || !block.lines().get(0).startsWith("$ ")) {
                    problems.add(block.problem(
                            "a console block with no command", "begin its first line with `$ ` and the command"));
                }
            }
            case "" ->
                problems.add(block.problem(
                        "a block without a language",
                        "name it behind its fence: java, diff, console, text or mermaid"));
            default ->
                problems.add(block.problem(
                        "a block of an unknown kind, " + block.language(),
                        "use java, diff, console, text or mermaid: nothing else is proven"));
        }
        int limit = Set.of("java", "diff").contains(block.language())
                ? WIDTH + (block.language().equals("diff") ? 1 : 0)
                : Integer.MAX_VALUE;
        for (int i = 0; i < block.lines().size(); i++) {
            int length = block.lines().get(i).length();
            if (length > limit) {
                problems.add(
                        block.problem(i, "a line of " + length + " characters", "shorten it: a column holds " + WIDTH));
            }
        }
        return problems;
    }

    /** A chapter has few blocks that nothing proves. */
    public static List<Problem> checkPage(Page page) {
        List<Block> notProven = page.blocks.stream()
                .filter(block -> NOT_PROVEN.contains(block.language()))
                .toList();
        return Docs.step(page.name) == null || notProven.size() <= 6
                ? List.of()
                : List.of(notProven
                        .get(6)
                        .problem(
                                "nothing proves the " + notProven.size() + " text and mermaid blocks of this chapter",
                                "keep at most 6 of them"));
    }
}
