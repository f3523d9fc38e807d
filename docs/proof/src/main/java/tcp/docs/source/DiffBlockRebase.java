package tcp.docs.source;

import com.github.difflib.DiffUtils;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Problem;
import tcp.testkit.source.Patch;
import tcp.testkit.source.Patch.Hunk;
import tcp.testkit.source.Patch.Line;
import tcp.testkit.source.Steps;

/**
 * Brings changes of the sources into the diff blocks that show the changed lines. The blocks
 * themselves tell what the sources were: typed from nothing, chapter after chapter, they give
 * each old one. Every line keeps its identity on the way, so what became of a line in the new
 * source goes into each block that shows it.
 */
final class DiffBlockRebase {
    /** A line of an old file. Two are never equal, even if their texts are. */
    private static final class Id {
        final String text;

        Id(String text) {
            this.text = text;
        }
    }

    /** The old file as typed so far, and for each block, which lines its lines are. */
    private List<Id> file = new ArrayList<>();

    private final Map<Block, List<Id>> shown = new LinkedHashMap<>();

    /** The chapter's problems, with edits that mend what can be mended. */
    static List<Problem> mend(Docs docs, Steps chapter, List<Problem> problems) {
        Map<Block, List<String>> blocks;
        try {
            blocks = of(docs, chapter);
        } catch (Patch.DoesNotApply e) {
            return problems;
        }
        List<Problem> all = new ArrayList<>();
        Docs mended = docs;
        for (var block : blocks.entrySet()) {
            if (!block.getKey().lines().equals(block.getValue())) {
                all.add(block.getKey()
                        .problem("a source that this block shows has changed", "let -Ddocs.update write it")
                        .with(docs.edit(block.getKey(), block.getValue())));
                String page = block.getKey().page();
                mended = mended.with(
                        page, mended.pages().get(page).with(block.getKey().index(), block.getValue()));
            }
        }
        all.addAll(DiffBlocks.check(mended, chapter, true));
        return all;
    }

    /** New lines for the diff blocks of a chapter. */
    static Map<Block, List<String>> of(Docs docs, Steps chapter) {
        DiffBlockRebase old = new DiffBlockRebase();
        List<Id> before = List.of();
        for (Steps step : Steps.values()) {
            if (step.compareTo(chapter) <= 0) {
                before = List.copyOf(old.file);
                old.shown.clear();
                DiffBlocks.of(docs.pages().get(Docs.chapter(step))).forEach(old::type);
            }
        }
        Map<Id, List<String>> now = changes(before, docs.source(chapter.before()));
        now.putAll(changes(old.file, docs.source(chapter)));
        Map<Block, List<String>> blocks = new LinkedHashMap<>();
        old.shown.forEach((block, ids) -> {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < ids.size(); i++) {
                String line = block.lines().get(i);
                if (ids.get(i) == null) {
                    lines.add(line);
                } else {
                    now.getOrDefault(ids.get(i), List.of(ids.get(i).text))
                            .forEach(text -> lines.add((line.isEmpty() ? " " : line.substring(0, 1)) + text));
                }
            }
            blocks.put(block, lines);
        });
        return blocks;
    }

    private void type(Block block) {
        Id[] ids = new Id[block.lines().size()]; // null for a line @@
        for (Hunk hunk : Patch.hunks(block.lines())) {
            List<String> texts = file.stream().map(id -> id.text).toList();
            Patch.apply(hunk, texts); // or it throws
            int at = Patch.places(texts, hunk.before()).get(0);
            for (Line line : hunk.lines()) {
                if (line.mark() == '+') {
                    file.add(at, new Id(line.text()));
                }
                ids[line.index()] = file.get(at);
                if (line.mark() == '-') {
                    file.remove(at);
                } else {
                    at++;
                }
            }
        }
        shown.put(block, Arrays.asList(ids));
    }

    /** What became of each line: usually itself, or other lines, or nothing. */
    private static Map<Id, List<String>> changes(List<Id> old, List<String> now) {
        Map<Id, List<String>> changes = new HashMap<>();
        old.forEach(id -> changes.put(id, List.of(id.text)));
        for (var delta :
                DiffUtils.diff(old.stream().map(id -> id.text).toList(), now).getDeltas()) {
            int from = delta.getSource().getPosition();
            List<String> come = delta.getTarget().getLines();
            int gone = delta.getSource().size();
            if (gone == 0 && from > 0) { // goes with the line before
                changes.merge(old.get(from - 1), come, (a, b) -> Stream.concat(a.stream(), b.stream())
                        .toList());
            }
            for (int i = 0; i < gone; i++) {
                int to = i == gone - 1 ? come.size() : Math.min(i + 1, come.size());
                changes.put(old.get(from + i), come.subList(Math.min(i, come.size()), to));
            }
        }
        return changes;
    }
}
