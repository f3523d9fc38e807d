package tcp.docs.console;

import java.util.ArrayList;
import java.util.List;
import tcp.docs.page.Block;
import tcp.docs.page.Problem;

/**
 * A command in a console block, and the output that the block shows for it.
 *
 * @param block the block
 * @param line its place in the block, from 0
 * @param text the command, without the $; several lines if it goes on after a \
 * @param outputStart where its output begins in the block
 * @param outputEnd where it ends
 * @param interrupted whether the reader ends it with Ctrl-C
 */
public record Command(Block block, int line, String text, int outputStart, int outputEnd, boolean interrupted) {

    /** The commands of a block, in order. */
    public static List<Command> of(Block block) {
        List<Command> commands = new ArrayList<>();
        List<String> lines = block.lines();
        for (int i = 0; i < lines.size(); ) {
            int start = i;
            StringBuilder text = new StringBuilder(lines.get(i++).replaceFirst("^\\$ ", ""));
            while (text.toString().endsWith("\\") && i < lines.size()) {
                text.append('\n').append(lines.get(i++).replaceFirst("^> ", ""));
            }
            int outputStart = i;
            while (i < lines.size() && !lines.get(i).startsWith("$ ")) {
                i++;
            }
            boolean interrupted = i > outputStart && lines.get(i - 1).equals("^C");
            commands.add(new Command(block, start, text.toString(), outputStart, interrupted ? i - 1 : i, interrupted));
        }
        return commands;
    }

    List<String> expected() {
        return block.lines().subList(outputStart, outputEnd);
    }

    /** What is wrong with an output, if anything is; null is one that never ended. */
    List<Problem> compare(List<String> output) {
        if (output == null) {
            return List.of(block.problem(
                    line, "`" + text + "` does not end", "if a reader ends it with Ctrl-C, show ^C as its last line"));
        }
        int misfit = OutputMatcher.misfit(expected(), output);
        return misfit < 0
                ? List.of()
                : List.of(block.problem(
                        Math.min(outputStart + misfit, outputEnd),
                        "`" + text + "` printed otherwise from this line on. It printed:\n        "
                                + (output.isEmpty() ? "(nothing)" : String.join("\n        ", shorten(output))),
                        "if that is right, put it in (or let -Ddocs.update do it), and see that the text beside it"
                                + " still fits; if not, look at what changed in the server"));
    }

    /**
     * The block's lines for this command, with a new output: the lines that still fit stay as
     * they are, with what stands in them for what varies. Null if a person has to write them.
     */
    List<String> updated(List<String> output) {
        if (output == null) {
            return null;
        }
        List<String> lines = new ArrayList<>(block.lines().subList(line, outputStart));
        List<String> expected = new ArrayList<>(expected());
        if (expected.contains("...")) {
            // What stands before the dots can be told; what behind them, only if it fits.
            for (int i = 0; !expected.get(i).equals("...") && i < output.size(); i++) {
                if (!OutputMatcher.fits(expected.get(i), output.get(i))) {
                    expected.set(i, output.get(i));
                }
            }
            if (!OutputMatcher.fits(expected, output)) {
                return null;
            }
            lines.addAll(expected);
        } else {
            int next = 0;
            for (String printed : OutputMatcher.strip(output)) {
                int same = next;
                while (same < expected.size() && !OutputMatcher.fits(expected.get(same), printed)) {
                    same++;
                }
                boolean fits = same < expected.size();
                lines.add(fits ? expected.get(same) : printed);
                next = fits ? same + 1 : next;
            }
        }
        if (interrupted) {
            lines.add("^C");
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
