package tcp.simulation.story;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One thing that a client, the network or time does.
 *
 * @param client its number, 0 for client A; 0 also where there is none
 * @param text the bytes that are sent, one char for each; null: none
 * @param number bytes, times or milliseconds; 0: none
 * @param call when: {@link #ASLEEP}, {@link #AT_ONCE}, or just before that call of the server, counted
 *     from the action before this one; if the server goes to sleep earlier, then
 */
public record Action(What what, int client, String text, long number, int call) {
    /** When the server sleeps, since it has done all that it can do. */
    public static final int ASLEEP = 0;
    /** With the action before, so that the server sees both at the same time. */
    public static final int AT_ONCE = -1;

    private static final String ESCAPED = "\r\n\t\"\\";
    private static final String ESCAPES = "rnt\"\\";
    private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9a-f]{2}|.)");

    /** What happens, in the words of a story: %c stands for a client, %s for bytes, %d for a number. */
    public enum What {
        CONNECTS("%c connects"),
        SENDS("%c sends %s"),
        SENDS_MANY("%c sends %s %d times"),
        STOPS_READING("%c stops reading"),
        TAKES("%c takes %d bytes"),
        READS_ON("%c reads on"),
        HALF_CLOSES("%c half-closes"),
        CLOSES("%c closes"),
        RESETS("%c resets"),
        PASS("%d ms pass"),
        /** The clock goes on, and the server cannot see how. */
        STANDS_STILL("the process stands still for %d ms"),
        /** Of the thread in run(). */
        INTERRUPTED("the server is interrupted"),
        SIGTERM("SIGTERM comes"),
        // From here on nothing happens yet: the network chooses what it does later.
        READ_GIVES("the next read from %c gives %d bytes"),
        WRITE_TAKES("the next write to %c takes %d bytes"),
        OPTION_FAILS("setOption fails for %c"),
        BUFFERS("buffers hold %d bytes"),
        NO_DESCRIPTORS("descriptors run out"),
        DESCRIPTORS("descriptors are back");

        private final String words;
        private final Pattern pattern;
        final boolean ofClient;
        final boolean hasClient;
        final boolean hasText;
        final boolean hasNumber;

        What(String words) {
            this.words = words;
            ofClient = words.startsWith("%c");
            hasClient = words.contains("%c");
            hasText = words.contains("%s");
            hasNumber = words.contains("%d");
            pattern = Pattern.compile(words.replace("%c", "(?<client>[A-Z]{1,3})")
                            .replace("%s", "\"(?<text>(?:\\\\.|[^\"\\\\])*)\"")
                            .replace("%d", "(?<number>[0-9]{1,9})")
                    + "(?<once> at once)?( at call (?<call>[0-9]{1,9}))?");
        }

        boolean isChoice() {
            return compareTo(READ_GIVES) >= 0;
        }

        /** The server is to end. */
        boolean isEnd() {
            return this == INTERRUPTED || this == SIGTERM;
        }
    }

    public Action {
        client = what.hasClient ? client : 0;
        text = what.hasText ? text : null;
        number = what.hasNumber ? number : 0;
    }

    static Action of(What what, int client, long number) {
        return new Action(what, client, null, number, ASLEEP);
    }

    static Action sends(int client, String text) {
        return new Action(What.SENDS, client, text, 0, ASLEEP);
    }

    Action at(int when) {
        return new Action(what, client, text, number, when);
    }

    Action by(int other) {
        return new Action(what, other, text, number, call);
    }

    Action with(String otherText, long otherNumber) {
        return new Action(what, client, otherText, otherNumber, call);
    }

    static Action parse(String line) {
        for (What what : What.values()) {
            Matcher found = what.pattern.matcher(line);
            if (found.matches()) {
                String call = found.group("call");
                return new Action(
                        what,
                        what.hasClient ? number(found.group("client")) : 0,
                        what.hasText ? unquoted(found.group("text")) : null,
                        what.hasNumber ? Long.parseLong(found.group("number")) : 0,
                        call != null ? Integer.parseInt(call) : found.group("once") != null ? AT_ONCE : ASLEEP);
            }
        }
        String known = Arrays.stream(What.values()).map(what -> what.words).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("Not an action of a story: %s. Known are: %s."
                .formatted(line, known.replace("%c", "A").replace("%s", "\"…\"").replace("%d", "5")));
    }

    @Override
    public String toString() {
        return words() + (call == AT_ONCE ? " at once" : call == ASLEEP ? "" : " at call " + call);
    }

    /** Without when it happens. */
    String words() {
        String words = what.words.replace("%c", name(client)).replace("%d", String.valueOf(number));
        return text == null ? words : words.replace("%s", quoted(text));
    }

    /** A for client 0, as the network names them. */
    static String name(int client) {
        return (client < 26 ? "" : name(client / 26 - 1)) + (char) ('A' + client % 26);
    }

    static int number(String name) {
        return name.chars().reduce(0, (n, c) -> 26 * n + c - 'A' + 1) - 1;
    }

    static String quoted(String bytes) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : bytes.toCharArray()) {
            int known = ESCAPED.indexOf(c);
            quoted.append(
                    known >= 0
                            ? "\\" + ESCAPES.charAt(known)
                            : c < ' ' || c > '~' ? "\\x%02x".formatted((int) c) : String.valueOf(c));
        }
        return quoted.append('"').toString();
    }

    private static String unquoted(String quoted) {
        return ESCAPE.matcher(quoted).replaceAll(found -> {
            String escape = found.group(1);
            int known = ESCAPES.indexOf(escape);
            if (known < 0 && escape.length() == 1) {
                throw new IllegalArgumentException(
                        "\\%s in \"%s\" is unknown; there are \\r, \\n, \\t, \\\", \\\\ and \\x0f."
                                .formatted(escape, quoted));
            }
            char c = known < 0 ? (char) Integer.parseInt(escape.substring(1), 16) : ESCAPED.charAt(known);
            return Matcher.quoteReplacement(String.valueOf(c));
        });
    }
}
