package tcp.simulation.story;

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
    private static final String HEX = "0123456789abcdef";
    private static final String AT_CALL = " at call ";

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
        FEW_DESCRIPTORS("%d descriptors are left"),
        NO_DESCRIPTORS("descriptors run out"),
        DESCRIPTORS("descriptors are back");

        private final String words;
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
        }

        /** How much of the words is said with this number: "1 byte", without the last letter. */
        private int length(long number) {
            return words.length() - (hasNumber && number == 1 && words.endsWith("es") ? 1 : 0);
        }

        /** The action that a line says in these words; null: it does not. */
        private Action parse(String line) {
            int at = 0;
            int client = 0;
            String text = null;
            long number = 0;
            for (int i = 0; i < words.length(); i++) {
                if (words.charAt(i) != '%') {
                    if (line.startsWith(words.substring(i, i + 1), at)) {
                        at++;
                    } else if (i != length(number)) {
                        return null;
                    }
                    continue;
                }
                char part = words.charAt(++i);
                int end = part == 's' ? endOfQuoted(line, at) : endOf(part == 'c' ? 'A' : '0', line, at);
                if (end < 0) {
                    return null;
                } else if (part == 'c') {
                    client = number(line.substring(at, end));
                } else if (part == 's') {
                    text = unquoted(line.substring(at + 1, end - 1));
                } else {
                    number = decimal(line.substring(at, end));
                }
                at = end;
            }
            String when = line.substring(at);
            boolean atCall = when.startsWith(AT_CALL) && endOf('0', when, AT_CALL.length()) == when.length();
            return when.isEmpty() || when.equals(" at once") || atCall
                    ? new Action(
                            this,
                            client,
                            text,
                            number,
                            atCall
                                    ? decimal(when.substring(AT_CALL.length()))
                                    : when.isEmpty() ? ASLEEP : Action.AT_ONCE)
                    : null;
        }

        /** Where a name ends that begins there, or a number; -1: there is none. */
        private static int endOf(char first, String line, int from) {
            int end = from;
            while (end < line.length()
                    && line.charAt(end) >= first
                    && line.charAt(end) - first < (first == '0' ? 10 : 26)) {
                end++;
            }
            return end > from && end - from <= (first == '0' ? 9 : 3) ? end : -1;
        }

        boolean isChoice() {
            return ordinal() >= READ_GIVES.ordinal();
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
            Action action = what.parse(line);
            if (action != null) {
                return action;
            }
        }
        StringBuilder known = new StringBuilder();
        for (What what : What.values()) {
            known.append(known.length() == 0 ? "" : ", ").append(new Action(what, 0, "hello", 5, ASLEEP));
        }
        throw new IllegalArgumentException("Not an action of a story: " + line + ". Known are: " + known + ".");
    }

    @Override
    public String toString() {
        return words() + (call == AT_ONCE ? " at once" : call == ASLEEP ? "" : " at call " + call);
    }

    /** Without when it happens. */
    String words() {
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < what.length(number); i++) {
            char c = what.words.charAt(i);
            if (c != '%') {
                said.append(c);
                continue;
            }
            switch (what.words.charAt(++i)) {
                case 'c' -> said.append(name(client));
                case 's' -> said.append(quoted(text));
                default -> said.append(number);
            }
        }
        return said.toString();
    }

    /** A for client 0, as the network names them. */
    static String name(int client) {
        return (client < 26 ? "" : name(client / 26 - 1)) + (char) ('A' + client % 26);
    }

    /** Whether a channel's name is a client's, and not "listener", or one that the server has made. */
    static boolean isName(String channel) {
        return channel != null && channel.charAt(0) <= 'Z';
    }

    static int number(String name) {
        int n = 0;
        for (int i = 0; i < name.length(); i++) {
            n = 26 * n + name.charAt(i) - 'A' + 1;
        }
        return n - 1;
    }

    private static int decimal(String digits) {
        int n = 0;
        for (int i = 0; i < digits.length(); i++) {
            n = 10 * n + digits.charAt(i) - '0';
        }
        return n;
    }

    /** Bytes in quotes, as a story has them. */
    public static String quoted(String bytes) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            int known = ESCAPED.indexOf(c);
            if (known >= 0) {
                quoted.append('\\').append(ESCAPES.charAt(known));
            } else if (c < ' ' || c > '~') {
                quoted.append("\\x").append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private static String unquoted(String quoted) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < quoted.length(); i++) {
            char c = quoted.charAt(i);
            if (c == '\\') {
                String escape = quoted.substring(i + 1, Math.min(i + 4, quoted.length()));
                int known = ESCAPES.indexOf(escape.charAt(0));
                int high = escape.startsWith("x") && escape.length() == 3 ? HEX.indexOf(escape.charAt(1)) : -1;
                int low = high < 0 ? -1 : HEX.indexOf(escape.charAt(2));
                if (known < 0 && low < 0) {
                    throw new IllegalArgumentException("\\" + escape.charAt(0) + " in \"" + quoted
                            + "\" is unknown; there are \\r, \\n, \\t, \\\", \\\\ and \\x0f.");
                }
                c = known < 0 ? (char) (16 * high + low) : ESCAPED.charAt(known);
                i += known < 0 ? 3 : 1;
            }
            text.append(c);
        }
        return text.toString();
    }

    /** Where a part in quotes ends that begins there; -1: none begins, or it does not end. */
    static int endOfQuoted(String line, int from) {
        if (from >= line.length() || line.charAt(from) != '"') {
            return -1;
        }
        int end = from + 1;
        while (end < line.length() && line.charAt(end) != '"') {
            end += line.charAt(end) == '\\' ? 2 : 1;
        }
        return end < line.length() ? end + 1 : -1;
    }
}
