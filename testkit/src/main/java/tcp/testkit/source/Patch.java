package tcp.testkit.source;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A change to one file: a unified diff, as git and diff -u write it, or a short one, whose
 * hunks are separated by lines that are just {@code @@}.
 *
 * <p>A hunk fits where its lines that stay or go are found, and it must fit one place of
 * the file only. Where several fit, the line number of a unified diff decides.
 */
public record Patch(String head, List<Hunk> hunks) {
    private static final Pattern START = Pattern.compile("@@(?: -(\\d+)(?:,\\d+)? \\+\\d+(?:,\\d+)? @@.*)?");

    /**
     * One change.
     *
     * @param start the first of its old lines in the file, from 1, or -1 if it does not say
     * @param lines its lines with their marks
     */
    public record Hunk(int start, List<Line> lines) {
        /** Its lines that stay or go. */
        public List<String> before() {
            return without('+');
        }

        /** Its lines that stay or come. */
        public List<String> after() {
            return without('-');
        }

        private List<String> without(char mark) {
            return lines.stream()
                    .filter(line -> line.mark != mark)
                    .map(Line::text)
                    .toList();
        }
    }

    /**
     * One line of a hunk.
     *
     * @param mark ' ' stays, '+' comes, '-' goes; anything else is an error of the writer's
     * @param text the rest of the line
     * @param index its place among the lines that were parsed, from 0
     */
    public record Line(char mark, String text, int index) {}

    /** A hunk does not fit the file, or fits several places. */
    public static final class DoesNotApply extends IllegalArgumentException {
        private static final long serialVersionUID = 1;
        private final transient Hunk hunk;
        private final transient Line misfit;
        private final int places;

        private DoesNotApply(Hunk hunk, Line misfit, int places) {
            super((places == 0 ? "The file has no such lines:\n" : "These lines fit " + places + " places:\n")
                    + String.join("\n", hunk.before()));
            this.hunk = hunk;
            this.misfit = misfit;
            this.places = places;
        }

        public Hunk hunk() {
            return hunk;
        }

        /** The first line of the hunk that does not fit, at the place that fits best. */
        public Line misfit() {
            return misfit;
        }

        /** How many places fit: none, or several. */
        public int places() {
            return places;
        }
    }

    /** Reads a patch. All before the first line that begins with @@ is its head. */
    public static Patch parse(String text) {
        List<String> lines = text.lines().toList();
        int head = 0;
        while (head < lines.size() && !START.matcher(lines.get(head)).matches()) {
            head++;
        }
        return new Patch(
                String.join("\n", lines.subList(0, head)), head == lines.size() ? List.of() : hunks(lines, head));
    }

    /** Reads hunks; a line that is just @@ before the first one may be left out. */
    public static List<Hunk> hunks(List<String> lines) {
        return hunks(lines, 0);
    }

    private static List<Hunk> hunks(List<String> lines, int from) {
        List<Hunk> hunks = new ArrayList<>();
        List<Line> hunk = new ArrayList<>();
        int start = -1;
        for (int i = from; i < lines.size(); i++) {
            String line = lines.get(i);
            Matcher header = START.matcher(line);
            if (header.matches()) {
                if (i > from) {
                    hunks.add(new Hunk(start, hunk));
                }
                start = header.group(1) == null ? -1 : Integer.parseInt(header.group(1));
                hunk = new ArrayList<>();
            } else if (!line.startsWith("\\")) { // \ No newline at end of file
                // An editor may have taken the blank of an empty line.
                hunk.add(line.isEmpty() ? new Line(' ', "", i) : new Line(line.charAt(0), line.substring(1), i));
            }
        }
        hunks.add(new Hunk(start, hunk));
        return hunks;
    }

    /** The file's text with all hunks applied. */
    public String apply(String file) {
        List<String> lines = apply(file.lines().toList());
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    /**
     * The file's lines with all hunks applied, one after the other.
     *
     * @throws DoesNotApply if one fits no place, or several
     */
    public List<String> apply(List<String> file) {
        List<String> result = file;
        int shift = 0; // by which the hunks so far have moved the lines after them
        for (Hunk hunk : hunks) {
            result = apply(hunk, result, shift);
            shift += hunk.after().size() - hunk.before().size();
        }
        return result;
    }

    /** The file's lines with one hunk applied. */
    public static List<String> apply(Hunk hunk, List<String> file) {
        return apply(hunk, file, 0);
    }

    private static List<String> apply(Hunk hunk, List<String> file, int shift) {
        List<String> before = hunk.before();
        List<Integer> places = places(file, before);
        int said = hunk.start - 1 + shift;
        if (places.size() != 1 && !(hunk.start > 0 && places.contains(said))) {
            throw new DoesNotApply(hunk, misfit(hunk, file), places.size());
        }
        int at = places.size() == 1 ? places.get(0) : said;
        List<String> result = new ArrayList<>(file);
        result.subList(at, at + before.size()).clear();
        result.addAll(at, hunk.after());
        return result;
    }

    /** Where these lines stand in a file, from 0. None at all stand in an empty file only. */
    public static List<Integer> places(List<String> file, List<String> lines) {
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

    private static Line misfit(Hunk hunk, List<String> file) {
        List<Line> old = hunk.lines.stream().filter(line -> line.mark != '+').toList();
        int best = 0;
        for (int at = 0; at < file.size(); at++) {
            int fit = 0;
            while (fit < old.size()
                    && at + fit < file.size()
                    && old.get(fit).text.equals(file.get(at + fit))) {
                fit++;
            }
            best = Math.max(best, fit);
        }
        return old.isEmpty()
                ? hunk.lines.isEmpty() ? null : hunk.lines.get(0)
                : old.get(Math.min(best, old.size() - 1));
    }
}
