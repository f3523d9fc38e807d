package tcp.docs.page;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced block of a page.
 *
 * @param page the page's path: docs/step1-init.md
 * @param index its place among the blocks of the page, from 0
 * @param line the line of its opening fence, from 1
 * @param info all that stands behind the fence: java title="Server.java#run"
 * @param lines its content
 */
public record Block(String page, int index, int line, String info, List<String> lines) {
    private static final Pattern TITLE = Pattern.compile("title=\"([^\"]*)\"");
    private static final Pattern JDK = Pattern.compile(" jdk=(\\d+)");

    /** The first word behind the fence; empty if there is none. */
    public String language() {
        return info.split(" ", 2)[0];
    }

    /** What title="…" says; empty if there is none. */
    public String title() {
        Matcher title = TITLE.matcher(info);
        return title.find() ? title.group(1) : "";
    }

    /** The oldest JDK that its commands can do with: jdk=… behind the title, or the build's. */
    public int jdk() {
        Matcher jdk = JDK.matcher(info);
        return jdk.find() ? Integer.parseInt(jdk.group(1)) : 17;
    }

    /** Where its line number i is, from 0; -1 is the fence itself. */
    public String place(int i) {
        return page + ":" + (line + 1 + i);
    }

    public Problem problem(String what, String fix) {
        return problem(-1, what, fix);
    }

    public Problem problem(int i, String what, String fix) {
        return new Problem(place(i), what, fix);
    }

    @Override
    public String toString() {
        return place(-1) + " " + info;
    }
}
