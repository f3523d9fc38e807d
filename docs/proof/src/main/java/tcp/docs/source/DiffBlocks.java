package tcp.docs.source;

import com.github.difflib.DiffUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Page;
import tcp.docs.page.Problem;
import tcp.testkit.source.Patch;
import tcp.testkit.source.Patch.Hunk;
import tcp.testkit.source.Patch.Line;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.source.Steps;

/** Applies the diff blocks of a chapter to the source of the step before, as a reader would. */
public final class DiffBlocks {
    private final List<Problem> problems = new ArrayList<>();
    private List<String> file;

    private DiffBlocks(List<String> file) {
        this.file = file;
    }

    /**
     * The problems of a whole chapter: a block that does not apply, a file that does not compile,
     * and, after the last block, a file that is not the step's source.
     *
     * @param compile whether to compile after each block, which takes most of the time
     */
    static List<Problem> check(Docs docs, Steps step, boolean compile) {
        Page page = docs.pages().get(Docs.chapter(step));
        if (page == null) {
            return List.of(new Problem(Docs.chapter(step) + ":1", "there is no such chapter", "write it"));
        }
        DiffBlocks typed = new DiffBlocks(docs.source(step.before()));
        for (Block block : of(page)) {
            typed.apply(block);
            if (typed.problems.isEmpty() && compile) {
                typed.compile(block);
            }
            if (!typed.problems.isEmpty()) {
                return typed.problems; // all that follows would be wrong as well
            }
        }
        typed.compare(page, docs.source(step), Docs.sourceName(step));
        return typed.problems;
    }

    static List<Block> of(Page page) {
        return page.blocks.stream()
                .filter(block -> block.language().equals("diff"))
                .toList();
    }

    /** The file of a reader who has typed all blocks before a line of the chapter. */
    public static List<String> soFar(Docs docs, Steps step, int line) {
        DiffBlocks typed = new DiffBlocks(docs.source(step.before()));
        of(docs.pages().get(Docs.chapter(step))).stream()
                .filter(block -> block.line() < line)
                .forEach(typed::apply);
        if (!typed.problems.isEmpty()) {
            throw new IllegalArgumentException("a diff block before it does not apply: " + typed.problems.get(0));
        }
        return typed.file;
    }

    private void apply(Block block) {
        for (Hunk hunk : Patch.hunks(block.lines())) {
            int before = problems.size();
            checkMarks(block, hunk.lines());
            if (problems.size() == before) {
                try {
                    file = Patch.apply(hunk, file);
                } catch (Patch.DoesNotApply e) {
                    problems.add(
                            e.places() > 1
                                    ? block.problem(
                                            hunk.lines().get(0).index(),
                                            "its lines that stay or go fit " + e.places() + " places of the file",
                                            "show more lines around the change, until only one fits")
                                    : block.problem(
                                            e.misfit().index(),
                                            "the file, as it stands after the blocks before, has no `"
                                                    + e.misfit().text().strip() + "` at this place",
                                            "show the lines that stay or go as they are in the file then: the blocks"
                                                    + " before this one may have changed, or stand in another order"));
                }
            }
        }
    }

    private void checkMarks(Block block, List<Line> hunk) {
        for (Line line : hunk) {
            if (" +-".indexOf(line.mark()) < 0) {
                problems.add(block.problem(
                        line.index(),
                        "a line of a diff block begins with '" + line.mark() + "'",
                        "begin it with a blank (stays), + (comes) or - (goes)"));
                return;
            }
        }
        if (hunk.stream().allMatch(line -> line.mark() == ' ')) {
            problems.add(block.problem(
                    hunk.isEmpty() ? -1 : hunk.get(0).index(),
                    "this changes nothing",
                    "take it away, or make it a java block"));
        }
        // A line that goes and comes back as it was: at the edge of a group of changes.
        for (int from = 0, to; from < hunk.size(); from = to + 1) {
            for (to = from; to < hunk.size() && hunk.get(to).mark() != ' '; ) {
                to++;
            }
            List<Line> group = hunk.subList(from, to);
            List<Line> gone = group.stream().filter(line -> line.mark() == '-').toList();
            List<Line> come = group.stream().filter(line -> line.mark() == '+').toList();
            if (!gone.isEmpty() && !come.isEmpty()) {
                checkReturns(block, gone.get(0), come.get(0));
                checkReturns(block, gone.get(gone.size() - 1), come.get(come.size() - 1));
            }
        }
    }

    private void checkReturns(Block block, Line minus, Line plus) {
        if (minus.text().equals(plus.text())) {
            problems.add(block.problem(
                    minus.index(),
                    "`" + minus.text().strip() + "` goes and comes back as it was",
                    "show it once, with a blank before it"));
        }
    }

    private void compile(Block block) {
        var compiled = SourceCompiler.compile(String.join("\n", file) + "\n", SourceCompiler.STRICT);
        if (!compiled.succeeded()) {
            problems.add(block.problem(
                    "after this block the file does not compile: "
                            + compiled.remarks().stream()
                                    .map(remark -> remark.message().replace("\n", " ") + at(remark.line()))
                                    .collect(Collectors.joining("; ")),
                    "bring what it needs (an import?) in this block or in one before"));
        }
    }

    private String at(long line) {
        return line < 1 || line > file.size()
                ? ""
                : " at `" + file.get((int) line - 1).strip() + "`";
    }

    private void compare(Page page, List<String> wanted, String name) {
        List<Block> blocks = of(page);
        String last = blocks.isEmpty()
                ? page.name + ":1"
                : blocks.get(blocks.size() - 1).place(-1);
        for (var delta : DiffUtils.diff(file, wanted).getDeltas()) {
            problems.add(new Problem(
                    last,
                    """
                    after all blocks up to here the file has:
                    %s
                        where %s:%d has:
                    %s""".formatted(
                                    show(delta.getSource().getLines()),
                                    name,
                                    delta.getTarget().getPosition() + 1,
                                    show(delta.getTarget().getLines())),
                    "show this change in a diff block, or mend the block that shows it otherwise"));
        }
    }

    private static String show(List<String> lines) {
        return "        " + (lines.isEmpty() ? "(nothing)" : String.join("\n        ", lines));
    }
}
