package docs;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced block of a page.
 *
 * @param page  the page, as it is named in the docs folder: step1-init.md
 * @param line  the line of its opening fence, from 1
 * @param info  all that stands behind the fence: java title="Server.java#run"
 * @param lines its content
 */
record Block(String page, int line, String info, List<String> lines) {
    private static final Pattern TITLE = Pattern.compile("title=\"([^\"]*)\"");

    /** The first word behind the fence; empty if there is none. */
    String language() {
        return info.split(" ", 2)[0];
    }

    /** What title="…" says; empty if there is none. */
    String title() {
        Matcher title = TITLE.matcher(info);
        return title.find() ? title.group(1) : "";
    }

    /** Where its line number i is, counted from 0; -1 is the fence itself. */
    String place(int i) {
        return "docs/" + page + ":" + (line + 1 + i);
    }

    Problem problem(String what, String todo) {
        return problem(-1, what, todo);
    }

    Problem problem(int i, String what, String todo) {
        return new Problem(place(i), what, todo);
    }

    @Override
    public String toString() {
        return place(-1) + " " + info;
    }
}
