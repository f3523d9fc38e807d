package tcp.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Remembers how much went over a connection in one direction, and how it began. */
final class Transcript {
    static final int KEPT = 200; // bytes; enough to see what it was

    private final ByteArrayOutputStream start = new ByteArrayOutputStream();
    private long total;
    private String note = "";

    /** Adds the first n of these bytes; n may be -1, which is end of stream. */
    synchronized void add(byte[] bytes, int n) {
        if (n > 0) {
            start.write(bytes, 0, Math.min(n, KEPT - start.size()));
            total += n;
        }
    }

    synchronized void note(String what) {
        note = ", then " + what;
    }

    synchronized long total() {
        return total;
    }

    /** Whether it ended with a note: this direction was closed. */
    synchronized boolean ended() {
        return !note.isEmpty();
    }

    @Override
    public synchronized String toString() {
        if (total == 0) {
            return "nothing" + note;
        }
        String text = start.toString(StandardCharsets.ISO_8859_1);
        String dots = total > start.size() ? " ..." : "";
        return quote(text) + dots + " (" + total + " bytes)" + note;
    }

    /** A text as one would write it in Java, cut where it gets long. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.substring(0, Math.min(KEPT, text.length())).toCharArray()) {
            switch (c) {
                case '\r' -> quoted.append("\\r");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                default -> {
                    if (c >= ' ' && c < 127) {
                        quoted.append(c);
                    } else {
                        quoted.append(String.format("\\%03o", (int) c));
                    }
                }
            }
        }
        return quoted.append('"').append(text.length() > KEPT ? " ..." : "").toString();
    }
}
