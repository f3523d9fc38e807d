package docs;

import java.util.ArrayList;
import java.util.List;

/**
 * A command in a console block, and the output that the block shows for it.
 *
 * @param block       the block
 * @param line        its place in the block, from 0
 * @param text        the command, without the $; several lines if it goes on after a \
 * @param from        where its output begins in the block
 * @param to          where it ends
 * @param interrupted whether the reader ends it with Ctrl-C
 */
record Command(Block block, int line, String text, int from, int to, boolean interrupted) {

    /** The commands of a block, in order. */
    static List<Command> of(Block block) {
        List<Command> commands = new ArrayList<>();
        List<String> lines = block.lines();
        for (int i = 0; i < lines.size(); ) {
            int start = i;
            StringBuilder text = new StringBuilder(lines.get(i++).replaceFirst("^\\$ ", ""));
            while (text.toString().endsWith("\\") && i < lines.size()) {
                text.append('\n').append(lines.get(i++).replaceFirst("^> ", ""));
            }
            int from = i;
            while (i < lines.size() && !lines.get(i).startsWith("$ ")) {
                i++;
            }
            boolean interrupted = i > from && lines.get(i - 1).equals("^C");
            commands.add(new Command(block, start, text.toString(), from, interrupted ? i - 1 : i, interrupted));
        }
        return commands;
    }

    List<String> expected() {
        return block.lines().subList(from, to);
    }

    /** What is wrong with an output, if anything is; null is one that never ended. */
    List<Problem> compare(List<String> output) {
        if (output == null) {
            return List.of(block.problem(
                    line, "`" + text + "` does not end", "if a reader ends it with Ctrl-C, show ^C as its last line"));
        }
        int misfit = Output.misfit(expected(), output);
        return misfit < 0
                ? List.of()
                : List.of(block.problem(
                        Math.min(from + misfit, to),
                        "`" + text
                                + "` printed otherwise from this line on. It printed:\n        "
                                + (output.isEmpty() ? "(nothing)" : String.join("\n        ", shorten(output))),
                        "if that is right, put it in (or let -Ddocs.update do it),"
                                + " and see that the text beside it still fits;"
                                + " if not, look at what changed in the server"));
    }

    /**
     * The lines to show for an output: those that fit it still stay as they are, with
     * what stands in them for what varies.
     *
     * @param byHand gets what a person has to do
     */
    List<String> update(List<String> output, List<Problem> byHand) {
        if (output == null) {
            byHand.addAll(compare(output));
            return expected();
        }
        if (expected().contains("...")) {
            // What stands before the dots can be told; what behind them, only if it fits.
            List<String> lines = new ArrayList<>(expected());
            for (int i = 0; !lines.get(i).equals("...") && i < output.size(); i++) {
                if (!Output.line(lines.get(i), output.get(i))) {
                    lines.set(i, output.get(i));
                }
            }
            if (!Output.fits(lines, output)) {
                byHand.addAll(compare(output));
                return expected();
            }
            return lines;
        }
        List<String> lines = new ArrayList<>();
        int next = 0;
        for (String printed : Output.strip(output)) {
            int same = next;
            while (same < to - from && !Output.line(expected().get(same), printed)) {
                same++;
            }
            lines.add(same < to - from ? expected().get(same) : printed);
            next = same < to - from ? same + 1 : next;
        }
        return lines;
    }

    private static List<String> shorten(List<String> lines) {
        if (lines.size() <= 40) {
            return lines;
        }
        List<String> some = new ArrayList<>(lines.subList(0, 30));
        some.add("... (" + lines.size() + " lines)");
        return some;
    }
}
