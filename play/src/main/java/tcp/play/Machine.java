package tcp.play;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * What a server's class files call once {@link Instrumentation} has been through them: the simulated network in place
 * of the system, and word of each line before it runs. There is one server at a time.
 */
public final class Machine {
    public static final Printer out = new Printer(false);
    public static final Printer err = new Printer(true);

    static Recorder recorder;

    private Machine() {}

    /** An object of the server's that tells its fields: {@link #value} for each. */
    public interface Told {
        void tell();
    }

    /** What the server has in place of a PrintStream. */
    public static final class Printer {
        private final boolean err;

        Printer(boolean err) {
            this.err = err;
        }

        public void println(String line) {
            recorder.print(line, err);
        }
    }

    // The system.

    public static Selector openSelector() throws IOException {
        return recorder.openSelector();
    }

    public static ServerSocketChannel openListener() throws IOException {
        return recorder.network().provider().openServerSocketChannel();
    }

    public static SocketChannel openSocket() throws IOException {
        return recorder.network().provider().openSocketChannel();
    }

    public static long nanoTime() {
        return recorder.network().now();
    }

    /** As System.exit(status): the server ends here. */
    public static void exit(int status) {
        throw recorder.stop();
    }

    /** As Integer.parseInt(digits). */
    public static int parseInt(String digits) {
        int n = 0;
        for (int i = 0; i < digits.length(); i++) {
            n = 10 * n + digits.charAt(i) - '0';
        }
        return n;
    }

    /** As String.join(" ", arguments): main() has only one here. */
    public static String join(CharSequence between, CharSequence[] arguments) {
        return arguments[0].toString();
    }

    /** As text.getBytes(US_ASCII). */
    public static byte[] ascii(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (text.charAt(i) < 128 ? text.charAt(i) : '?');
        }
        return bytes;
    }

    /** As buffer.position(n), with the words of the JDK where n does not fit. */
    public static ByteBuffer position(ByteBuffer buffer, int n) {
        if (n > buffer.limit() || n < 0) {
            throw new IllegalArgumentException(
                    n < 0
                            ? "newPosition < 0: (" + n + " < 0)"
                            : "newPosition > limit: (" + n + " > " + buffer.limit() + ")");
        }
        return buffer.position(n);
    }

    /** Ends a call on null, with the words of the JDK. */
    public static void check(Object receiver, String words) {
        if (receiver == null) {
            throw new NullPointerException(words);
        }
    }

    // What is told.

    public static void enter(String method) {
        recorder.enter(method);
    }

    public static void exit(String method) {
        recorder.exit(method);
    }

    public static void value(String name, int value) {
        recorder.value(name, String.valueOf(value));
    }

    public static void value(String name, long value) {
        recorder.value(name, String.valueOf(value));
    }

    public static void value(String name, boolean value) {
        recorder.value(name, String.valueOf(value));
    }

    public static void value(String name, Object value) {
        recorder.value(name, value);
    }

    public static void fields(Told self) {
        recorder.fields(self);
    }

    public static void line(String method, int line) {
        recorder.line(method, line);
    }

    /** Bytes as text, a char for each. */
    static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append((char) (b & 0xff));
        }
        return text.toString();
    }
}
