package tcp.simulation.story;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One thing that a client does, that the network chooses, or that time does.
 *
 * @param client its number, 0 for client A; 0 also where there is none
 * @param text the bytes that are sent, one char each; null: none
 * @param number bytes, times or milliseconds; 0 where there is none
 * @param call when: {@link #ASLEEP}, {@link #AT_ONCE}, or before that call of the server, counted
 *     from the action before; if the server goes to sleep earlier, then
 */
public record Action(What what, int client, String text, long number, int call) {
    /** When the server sleeps: it has done all that it can do. */
    public static final int ASLEEP = 0;
    /** With the action before, so that the server sees both at the same time. */
    public static final int AT_ONCE = -1;

    /** Kinds of actions, in the words of a story: %c is a client, %s are bytes, %d a number. */
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
        READ_GIVES("the next read from %c gives %d bytes"),
        WRITE_TAKES("the next write to %c takes %d bytes"),
        OPTION_FAILS("setOption fails for %c"),
        BUFFERS("buffers hold %d bytes"),
        NO_DESCRIPTORS("descriptors run out"),
        DESCRIPTORS("descriptors are back");

        private final String words;
        private final Pattern pattern;

        What(String words) {
            this.words = words;
            pattern = Pattern.compile(words.replace("%c", "(?<client>[A-Z]{1,3})")
                            .replace("%s", "\"(?<text>(?:\\\\.|[^\"\\\\])*)\"")
                            .replace("%d", "(?<number>[0-9]{1,9})")
                    + "( at (once|call (?<call>[0-9]{1,9})))?");
        }

        private boolean has(String part) {
            return words.contains(part);
        }

        boolean isOfClient() {
            return words.startsWith("%c");
        }

        /** Nothing happens now; it says what the network does later. */
        boolean isChoice() {
            return ordinal() >= READ_GIVES.ordinal();
        }
    }

    static Action of(What what, int client) {
        return new Action(what, client, null, 0, ASLEEP);
    }

    static Action of(What what, int client, long number) {
        return new Action(what, client, null, number, ASLEEP);
    }

    static Action sends(int client, String text) {
        return new Action(What.SENDS, client, text, 0, ASLEEP);
    }

    boolean hasClient() {
        return what.has("%c");
    }

    Action at(int when) {
        return new Action(what, client, text, number, when);
    }

    Action by(int other) {
        return new Action(what, other, text, number, call);
    }

    /** One action, as {@link #toString} writes it. */
    static Action parse(String line) {
        for (What what : What.values()) {
            Matcher found = what.pattern.matcher(line.strip());
            if (found.matches()) {
                String call = found.group("call");
                return new Action(
                        what,
                        what.has("%c") ? number(found.group("client")) : 0,
                        what.has("%s") ? unquoted(found.group("text")) : null,
                        what.has("%d") ? Long.parseLong(found.group("number")) : 0,
                        call != null ? Integer.parseInt(call) : line.endsWith(" at once") ? AT_ONCE : ASLEEP);
            }
        }
        String known = Arrays.stream(What.values()).map(what -> what.words).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("Not an action of a story: %s. Known are: %s."
                .formatted(
                        line.strip(),
                        known.replace("%c", "A").replace("%s", "\"…\"").replace("%d", "5")));
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
        int n = 0;
        for (int i = 0; i < name.length(); i++) {
            n = 26 * n + name.charAt(i) - 'A' + 1;
        }
        return n - 1;
    }

    static String quoted(String bytes) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : bytes.toCharArray()) {
            int known = "\r\n\t\"\\".indexOf(c);
            if (known >= 0) {
                quoted.append('\\').append("rnt\"\\".charAt(known));
            } else if (c < ' ' || c > '~') {
                quoted.append("\\x%02x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private static String unquoted(String quoted) {
        return Pattern.compile("\\\\(x[0-9a-f]{2}|.)").matcher(quoted).replaceAll(escape -> {
            String what = escape.group(1);
            int known = "rnt\"\\".indexOf(what);
            if (known < 0 && what.length() == 1) {
                throw new IllegalArgumentException("Unknown escape \\%s in \"%s\": there are %s"
                        .formatted(what, quoted, "\\r, \\n, \\t, \\\", \\\\ and \\x0f."));
            }
            char c = known < 0 ? (char) Integer.parseInt(what.substring(1), 16) : "\r\n\t\"\\".charAt(known);
            return Matcher.quoteReplacement(String.valueOf(c));
        });
    }
}
