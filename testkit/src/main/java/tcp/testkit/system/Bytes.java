package tcp.testkit.system;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes as text, one byte a character (ISO 8859-1), written as in Java. */
public final class Bytes {
    private static final Pattern ESCAPE = Pattern.compile("(?s)\\\\(?:x([0-9a-fA-F]{2})|.)");

    private Bytes() {}

    /** This text with its control characters as escapes: {@code \r \n \t \" \\ \000}. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char c : text.toCharArray()) {
            switch (c) {
                case '\r' -> escaped.append("\\r");
                case '\n' -> escaped.append("\\n");
                case '\t' -> escaped.append("\\t");
                case '"' -> escaped.append("\\\"");
                case '\\' -> escaped.append("\\\\");
                default -> escaped.append(c >= ' ' && c < 127 ? "" + c : String.format(Locale.ROOT, "\\%03o", (int) c));
            }
        }
        return escaped.toString();
    }

    /** This text in quotation marks, cut after so many characters, and then with dots. */
    public static String quote(String text, int most) {
        return '"'
                + escape(text.substring(0, Math.min(most, text.length())))
                + '"'
                + (text.length() > most ? " ..." : "");
    }

    /** "1 byte", "2 bytes". */
    public static String count(long n) {
        return n + (n == 1 ? " byte" : " bytes");
    }

    /**
     * The text that {@link #escape} wrote; Java's own rules, as in a text block, and \x04 as in a story.
     *
     * @throws IllegalArgumentException if there is no such escape
     */
    public static String unescape(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1) == null
                                ? found.group()
                                : String.format(Locale.ROOT, "\\%03o", Integer.parseInt(found.group(1), 16))))
                .translateEscapes();
    }
}
