package docs;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes the diff blocks of a chapter anew when a source has changed. The blocks
 * themselves tell what the sources were: typed from nothing, chapter after chapter, they
 * give each old one. What has changed since then goes into every block that shows one of
 * those lines.
 */
final class Rederived {
    /** A line of a file that knows which line of the old file it was. */
    private record Line(String text, Object was) {
        static Line of(String text) {
            return new Line(text, new Object());
        }
    }

    private final Docs docs;
    private final Map<Block, List<String>> blocks = new LinkedHashMap<>();
    private final List<Problem> byHand = new ArrayList<>();

    private Rederived(Docs docs) {
        this.docs = docs;
    }

    /**
     * New content for the diff blocks that need it.
     *
     * @param problems gets what a person has to do
     */
    static Map<Block, List<String>> of(Docs docs, List<Problem> problems) {
        Rederived rederived = new Rederived(docs);
        List<Line> old = List.of();
        for (String step : Docs.STEPS) {
            Page page = docs.pages().get(step + ".md");
            if (page == null || old == null) {
                break;
            }
            old = rederived.chapter(page, step, old);
        }
        problems.addAll(rederived.byHand);
        return rederived.blocks;
    }

    /** Returns the old source of the step, or null if the blocks do not tell it. */
    private List<Line> chapter(Page page, String step, List<Line> before) {
        List<Block> diffs = page.blocks.stream()
                .filter(block -> block.language().equals("diff"))
                .toList();
        List<List<Line>> states = new ArrayList<>(List.of(before));
        for (Block block : diffs) {
            List<Line> typed = type(states.get(states.size() - 1), block);
            if (typed == null) {
                byHand.add(block.problem(
                        "it does not fit the file that the blocks before" + " it give",
                        "mend it by hand: from here on no diff block can be" + " written anew"));
                return null;
            }
            states.add(typed);
        }
        String previous = Docs.before(step);
        List<String> from = previous == null ? List.of() : docs.source(previous);
        List<String> to = docs.source(step);
        List<Line> last = states.get(states.size() - 1);
        if (texts(before).equals(from) && texts(last).equals(to)) {
            return last;
        }
        List<AbstractDelta<String>> changed = DiffUtils.diff(texts(last), to).getDeltas();
        List<AbstractDelta<String>> earlier =
                DiffUtils.diff(texts(before), from).getDeltas();
        Set<Object> stay = new HashSet<>(last.stream().map(Line::was).toList());
        List<List<Line>> now = new ArrayList<>();
        for (List<Line> state : states) {
            List<Line> lines = state;
            for (AbstractDelta<String> delta : changed) {
                lines = change(lines, last, delta, Set.of());
            }
            for (AbstractDelta<String> delta : earlier) {
                lines = change(lines, before, delta, stay);
            }
            now.add(lines);
        }
        now.set(0, exactly(now.get(0), from));
        now.set(now.size() - 1, exactly(now.get(now.size() - 1), to));
        for (int i = 0; i < diffs.size(); i++) {
            List<String> content = same(diffs.get(i), states.get(i), now.get(i), now.get(i + 1));
            if (content == null) {
                content = show(diffs.get(i), states.get(i), now.get(i), now.get(i + 1));
            }
            if (!content.equals(diffs.get(i).lines())) {
                blocks.put(diffs.get(i), content);
            }
        }
        return last;
    }

    private static List<Line> type(List<Line> file, Block block) {
        List<Line> typed = file;
        for (List<Typing.Line> hunk : Typing.hunks(block)) {
            typed = typed == null ? null : type(typed, block, hunk);
        }
        return typed;
    }

    /** A line that comes is known by its block and its place there. */
    private static List<Line> type(List<Line> file, Block block, List<Typing.Line> hunk) {
        List<Integer> places = Typing.places(
                texts(file),
                hunk.stream()
                        .filter(line -> line.mark() != '+')
                        .map(Typing.Line::text)
                        .toList());
        if (places.size() != 1) {
            return null;
        }
        List<Line> typed = new ArrayList<>(file);
        int at = places.get(0);
        for (Typing.Line line : hunk) {
            if (line.mark() == '-') {
                typed.remove(at);
            } else if (line.mark() == '+') {
                typed.add(at++, new Line(line.text(), List.of(block.page(), block.line(), line.index())));
            } else {
                at++;
            }
        }
        return typed;
    }

    /** Does to a file what was done to another one, if it has the lines in question. */
    private static List<Line> change(List<Line> file, List<Line> other, AbstractDelta<String> delta, Set<Object> not) {
        int from = delta.getSource().getPosition();
        List<Object> gone = other.subList(from, from + delta.getSource().size()).stream()
                .map(Line::was)
                .toList();
        List<Object> ids = file.stream().map(Line::was).toList();
        int at;
        if (gone.isEmpty()) {
            Object neighbour = from == 0 ? null : other.get(from - 1).was();
            if (not.contains(neighbour)) {
                return file;
            }
            at = neighbour == null ? 0 : ids.indexOf(neighbour) + 1;
            if (neighbour != null && at == 0) {
                return file; // it is not there yet
            }
        } else {
            at = ids.indexOf(gone.get(0));
            if (not.contains(gone.get(0))
                    || at < 0
                    || at + gone.size() > ids.size()
                    || !ids.subList(at, at + gone.size()).equals(gone)) {
                return file;
            }
        }
        List<Line> changed = new ArrayList<>(file);
        changed.subList(at, at + gone.size()).clear();
        List<String> come = delta.getTarget().getLines();
        for (int i = 0; i < come.size(); i++) {
            changed.add(at + i, i < gone.size() ? new Line(come.get(i), gone.get(i)) : Line.of(come.get(i)));
        }
        return changed;
    }

    /** The same lines, made equal to these. */
    private static List<Line> exactly(List<Line> lines, List<String> wanted) {
        List<Line> exact = new ArrayList<>(lines);
        var deltas = DiffUtils.diff(texts(lines), wanted).getDeltas();
        for (int i = deltas.size() - 1; i >= 0; i--) {
            exact = change(exact, lines, deltas.get(i), Set.of());
        }
        return exact;
    }

    /** The same block with each line as it is now, if that will do; else null. */
    private static List<String> same(Block block, List<Line> old, List<Line> before, List<Line> after) {
        Map<Object, String> was = new HashMap<>();
        before.forEach(line -> was.put(line.was(), line.text()));
        Map<Object, String> is = new HashMap<>();
        after.forEach(line -> is.put(line.was(), line.text()));
        List<String> shown = new ArrayList<>();
        List<Line> file = old;
        for (List<Typing.Line> hunk : Typing.hunks(block)) {
            if (!shown.isEmpty()) {
                shown.add("@@");
            }
            int at = Typing.places(
                            texts(file),
                            hunk.stream()
                                    .filter(l -> l.mark() != '+')
                                    .map(Typing.Line::text)
                                    .toList())
                    .get(0);
            for (Typing.Line line : hunk) {
                String text = line.mark() == '+'
                        ? is.get(List.of(block.page(), block.line(), line.index()))
                        : was.get(file.get(at++).was());
                if (text == null) {
                    return null;
                }
                shown.add(line.mark() + text);
            }
            file = type(file, block, hunk);
        }
        return gives(block, shown, before, after) ? shown : null;
    }

    /**
     * A block that makes one file of the other, with as much around as the old one had.
     */
    private static List<String> show(Block block, List<Line> old, List<Line> before, List<Line> after) {
        List<String> shown = new ArrayList<>();
        List<Line> file = old;
        for (List<Typing.Line> hunk : Typing.hunks(block)) {
            int at = Typing.places(
                            texts(file),
                            hunk.stream()
                                    .filter(l -> l.mark() != '+')
                                    .map(Typing.Line::text)
                                    .toList())
                    .get(0);
            int size = (int) hunk.stream().filter(l -> l.mark() != '+').count();
            Set<Object> ids = new HashSet<>(
                    file.subList(at, at + size).stream().map(Line::was).toList());
            int[] here = range(before, ids);
            file = type(file, block, hunk);
            // A line that comes by this hunk is nowhere in the file before.
            Set<Object> known = new HashSet<>(before.stream().map(Line::was).toList());
            int[] there = range(after, ids);
            while (there[0] > 0 && !known.contains(after.get(there[0] - 1).was())) {
                there[0]--;
            }
            while (there[1] < after.size()
                    && !known.contains(after.get(there[1]).was())) {
                there[1]++;
            }
            if (!shown.isEmpty()) {
                shown.add("@@");
            }
            shown.addAll(
                    lines(texts(before).subList(here[0], here[1]), texts(after).subList(there[0], there[1])));
        }
        for (int context = 3; !gives(block, shown, before, after); context += 3) {
            if (context > 30) {
                return block.lines();
            }
            shown = around(texts(before), texts(after), context);
        }
        return shown;
    }

    private static boolean gives(Block block, List<String> shown, List<Line> before, List<Line> after) {
        Block made = new Block(block.page(), 0, block.info(), shown);
        List<Line> typed = type(before, made);
        return typed != null && texts(typed).equals(texts(after));
    }

    private static int[] range(List<Line> file, Set<Object> ids) {
        int from = file.size();
        int to = 0;
        for (int i = 0; i < file.size(); i++) {
            if (ids.contains(file.get(i).was())) {
                from = Math.min(from, i);
                to = i + 1;
            }
        }
        return from > to ? new int[] {0, file.size()} : new int[] {from, to};
    }

    /** All lines, each with its mark. */
    private static List<String> lines(List<String> before, List<String> after) {
        List<String> lines = new ArrayList<>();
        int at = 0;
        for (AbstractDelta<String> delta : DiffUtils.diff(before, after).getDeltas()) {
            for (; at < delta.getSource().getPosition(); at++) {
                lines.add(" " + before.get(at));
            }
            delta.getSource().getLines().forEach(line -> lines.add("-" + line));
            delta.getTarget().getLines().forEach(line -> lines.add("+" + line));
            at += delta.getSource().size();
        }
        for (; at < before.size(); at++) {
            lines.add(" " + before.get(at));
        }
        return lines;
    }

    /** The changes with some lines around them, each place parted by @@. */
    private static List<String> around(List<String> before, List<String> after, int context) {
        List<String> all = lines(before, after);
        List<String> some = new ArrayList<>();
        int shown = -1;
        for (int i = 0; i < all.size(); i++) {
            int from = Math.max(0, i - context);
            int to = Math.min(all.size(), i + context + 1);
            if (Stream.of(all.subList(from, to)).flatMap(List::stream).anyMatch(line -> line.charAt(0) != ' ')) {
                if (shown >= 0 && shown < i - 1) {
                    some.add("@@");
                }
                some.add(all.get(i));
                shown = i;
            }
        }
        return some;
    }

    private static List<String> texts(List<Line> lines) {
        return lines.stream().map(Line::text).toList();
    }
}
