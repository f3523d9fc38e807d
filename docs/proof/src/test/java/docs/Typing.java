package docs;

import com.github.difflib.DiffUtils;
import java.util.ArrayList;
import java.util.List;

/**
 * Does what a reader does who types along: applies the diff blocks of one chapter, in
 * reading order, to the source of the step before.
 */
final class Typing {
    /**
     * One line of a block and what becomes of it.
     *
     * @param mark  ' ', '+' or '-'
     * @param text  the rest of the line
     * @param index its place in the block, from 0
     */
    record Line(char mark, String text, int index) {}

    private final Docs docs;
    private final String step;
    private final List<Problem> problems = new ArrayList<>();
    private List<String> file;

    Typing(Docs docs, String step) {
        this.docs = docs;
        this.step = step;
        String before = Docs.before(step);
        file = before == null ? List.of() : docs.source(before);
    }

    /** The problems of a whole chapter. */
    static List<Problem> check(Docs docs, String step, boolean compile) {
        Typing typing = new Typing(docs, step);
        Page page = docs.pages().get(step + ".md");
        if (page == null) {
            return List.of(
                    new Problem("docs/" + step + ".md:1", "there is no such chapter", "write it: each step has one"));
        }
        for (Block block : page.blocks) {
            if (block.language().equals("diff")) {
                typing.type(block);
                if (typing.problems.isEmpty() && compile) {
                    typing.compile(block);
                }
                if (!typing.problems.isEmpty()) {
                    return typing.problems; // all that follows would be wrong as well
                }
            }
        }
        typing.compare(page);
        return typing.problems;
    }

    /** The file as a reader has it who has typed all blocks before a line of the page. */
    static List<String> soFar(Docs docs, String step, int line) {
        Typing typing = new Typing(docs, step);
        for (Block block : docs.pages().get(step + ".md").blocks) {
            if (block.line() < line && block.language().equals("diff")) {
                typing.type(block);
            }
        }
        Problem.assertNone(typing.problems);
        return typing.file;
    }

    /** The hunks of a block: its lines, parted at each line that is just @@. */
    static List<List<Line>> hunks(Block block) {
        List<List<Line>> hunks = new ArrayList<>();
        List<Line> hunk = new ArrayList<>();
        for (int i = 0; i < block.lines().size(); i++) {
            String line = block.lines().get(i);
            if (line.equals("@@")) {
                hunks.add(hunk);
                hunk = new ArrayList<>();
            } else {
                // An editor may have taken the blank of an empty line.
                hunk.add(line.isEmpty() ? new Line(' ', "", i) : new Line(line.charAt(0), line.substring(1), i));
            }
        }
        hunks.add(hunk);
        return hunks;
    }

    private void type(Block block) {
        for (List<Line> hunk : hunks(block)) {
            int before = problems.size();
            checkMarks(block, hunk);
            if (problems.size() == before) {
                apply(block, hunk);
            }
        }
    }

    private void checkMarks(Block block, List<Line> hunk) {
        for (Line line : hunk) {
            if (" +-".indexOf(line.mark()) < 0) {
                problems.add(block.problem(
                        line.index(),
                        "a line of a diff block begins" + " with '" + line.mark() + "'",
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
        for (int from = 0; from < hunk.size(); ) {
            int to = from;
            while (to < hunk.size() && hunk.get(to).mark() != ' ') {
                to++;
            }
            List<Line> group = hunk.subList(from, to);
            List<Line> gone = group.stream().filter(l -> l.mark() == '-').toList();
            List<Line> come = group.stream().filter(l -> l.mark() == '+').toList();
            if (!gone.isEmpty() && !come.isEmpty()) {
                for (int edge = 0; edge < 2; edge++) {
                    Line minus = gone.get(edge == 0 ? 0 : gone.size() - 1);
                    Line plus = come.get(edge == 0 ? 0 : come.size() - 1);
                    if (minus.text().equals(plus.text())) {
                        problems.add(block.problem(
                                minus.index(),
                                "`" + minus.text().strip() + "` goes and comes back as it was",
                                "show it once, with a blank before it"));
                    }
                }
            }
            from = to + 1;
        }
    }

    private void apply(Block block, List<Line> hunk) {
        List<String> old =
                hunk.stream().filter(line -> line.mark() != '+').map(Line::text).toList();
        List<String> now =
                hunk.stream().filter(line -> line.mark() != '-').map(Line::text).toList();
        List<Integer> places = places(file, old);
        int first = hunk.get(0).index();
        if (places.size() > 1) {
            problems.add(block.problem(
                    first,
                    "its lines that stay or go fit " + places.size() + " places of the file",
                    "show more lines around the change, until only one fits"));
        } else if (places.isEmpty()) {
            Line misfit = misfit(hunk);
            problems.add(block.problem(
                    misfit.index(),
                    "the file, as it stands after the"
                            + " blocks before, has no `" + misfit.text().strip()
                            + "` at this place",
                    "show the lines that stay or go as they are in the file then: "
                            + "the blocks before this one may have changed, or stand in"
                            + " another order"));
        } else {
            List<String> typed = new ArrayList<>(file);
            typed.subList(places.get(0), places.get(0) + old.size()).clear();
            typed.addAll(places.get(0), now);
            file = typed;
        }
    }

    /**
     * Where these lines stand in the file. Nothing at all stands in an empty one only.
     */
    static List<Integer> places(List<String> file, List<String> lines) {
        List<Integer> places = new ArrayList<>();
        if (lines.isEmpty()) {
            return file.isEmpty() ? List.of(0) : List.of();
        }
        for (int i = 0; i + lines.size() <= file.size(); i++) {
            if (file.subList(i, i + lines.size()).equals(lines)) {
                places.add(i);
            }
        }
        return places;
    }

    /** The line where the best of all places stops to fit. */
    private Line misfit(List<Line> hunk) {
        List<Line> old = hunk.stream().filter(line -> line.mark() != '+').toList();
        int best = 0;
        for (int at = 0; at < file.size(); at++) {
            int fit = 0;
            while (fit < old.size()
                    && at + fit < file.size()
                    && old.get(fit).text().equals(file.get(at + fit))) {
                fit++;
            }
            best = Math.max(best, fit);
        }
        return old.isEmpty() ? hunk.get(0) : old.get(Math.min(best, old.size() - 1));
    }

    private void compile(Block block) {
        List<String> errors = Compiler.errors(file);
        if (!errors.isEmpty()) {
            problems.add(block.problem(
                    "after this block the file does not compile: " + String.join("; ", errors),
                    "bring what it needs (an import?) in this block or in one before"));
        }
    }

    private void compare(Page page) {
        List<String> wanted = docs.source(step);
        String last = page.blocks.stream()
                .filter(b -> b.language().equals("diff"))
                .reduce((a, b) -> b)
                .map(b -> b.place(-1))
                .orElse("docs/" + page.name + ":1");
        for (var delta : DiffUtils.diff(file, wanted).getDeltas()) {
            problems.add(new Problem(
                    last,
                    "who has typed all blocks up to here has:\n"
                            + show(delta.getSource().getLines())
                            + "    where " + Docs.sourceName(step) + ":"
                            + (delta.getTarget().getPosition() + 1) + " has:\n"
                            + show(delta.getTarget().getLines()).stripTrailing(),
                    "show this change in a diff block, or mend the block that shows it" + " otherwise"));
        }
    }

    private static String show(List<String> lines) {
        return lines.isEmpty() ? "        (nothing)\n" : "        " + String.join("\n        ", lines) + "\n";
    }
}
