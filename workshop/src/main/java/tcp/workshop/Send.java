package tcp.workshop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import tcp.testkit.system.Bytes;
import tcp.testkit.system.UserError;

/** A client that sends exact bytes and shows what comes back, on every system alike. */
final class Send {
    private static final int PAUSE = 20; // ms between pieces: enough to be read apart
    private static final int AT_ONCE = 64 * 1024; // bytes of a text; then it is known that they have gone
    private static final int QUIET = 2_000; // ms without a byte, and it gives up

    private Send() {}

    /**
     * Sends, and prints what comes back until end of stream or two seconds of silence.
     *
     * @param addresses those of one host: the first is taken where somebody listens
     * @param texts each sent as a piece of its own; \r \n \t \\ \" \x04 and \000 are bytes
     * @param times how often the first text is repeated, all at once
     * @param pieces bytes a piece; 0: a text is a piece
     * @param end whether to end this half of the connection afterwards
     * @return 0, or 1 if the connection broke or was refused
     */
    static int run(
            List<InetSocketAddress> addresses,
            List<String> texts,
            int times,
            int pieces,
            boolean end,
            PrintStream out) {
        if (times < 1 || pieces < 0) {
            throw new UserError("--times is 1 or more, and --pieces 0 or more.");
        }
        List<String> unescaped = texts.stream().map(Send::unescape).toList();
        try (Socket socket = connect(addresses)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(QUIET);
            AtomicLong sent = new AtomicLong();
            Thread sender = new Thread(() -> send(socket, unescaped, times, pieces, end, sent));
            sender.setDaemon(true);
            sender.start();
            try {
                long total = show(socket.getInputStream(), out);
                out.println("(end of stream after " + total + " bytes)");
            } catch (SocketTimeoutException e) {
                out.println("(nothing more for 2 s; the connection is open"
                        + (sender.isAlive() ? ", and only " + sent.get() + " bytes were taken)" : ")"));
            }
            return 0;
        } catch (IOException e) {
            out.println("(" + ("" + e.getMessage()).replace(" by peer", "") + ")"); // the JDK says it in two ways
            return 1;
        }
    }

    private static Socket connect(List<InetSocketAddress> addresses) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(addresses.get(0), QUIET);
            return socket;
        } catch (IOException e) {
            socket.close();
            if (addresses.size() == 1) {
                throw e;
            }
            return connect(addresses.subList(1, addresses.size()));
        }
    }

    private static void send(Socket socket, List<String> texts, int times, int pieces, boolean end, AtomicLong sent) {
        try {
            OutputStream to = socket.getOutputStream();
            for (int i = 0; i < texts.size(); i++) {
                byte[] bytes = texts.get(i).repeat(i == 0 ? times : 1).getBytes(StandardCharsets.ISO_8859_1);
                int size = pieces == 0 ? AT_ONCE : pieces;
                for (int from = 0; from < bytes.length; from += size) {
                    to.write(bytes, from, Math.min(size, bytes.length - from));
                    sent.addAndGet(Math.min(size, bytes.length - from));
                    Thread.sleep(pieces > 0 ? 1 : 0);
                }
                Thread.sleep(pieces == 0 && i + 1 < texts.size() ? PAUSE : 0);
            }
            if (end) {
                socket.shutdownOutput();
            }
        } catch (IOException | InterruptedException e) {
            // What broke shows in what comes back.
        }
    }

    private static long show(InputStream in, PrintStream out) throws IOException {
        byte[] bytes = new byte[4096];
        long total = 0;
        for (int n; (n = in.read(bytes)) != -1; total += n) {
            String text = new String(bytes, 0, n, StandardCharsets.ISO_8859_1);
            if (total < 2_000) {
                for (String line : text.split("(?<=\n)")) {
                    out.println(Bytes.escape(line));
                }
            }
        }
        return total;
    }

    private static String unescape(String text) {
        try {
            return Bytes.unescape(text);
        } catch (IllegalArgumentException e) {
            throw new UserError("""
                    Cannot read "%s": use \\r \\n \\t \\\\ \\" \\x04, or three octal digits such as \\000.""".formatted(text));
        }
    }
}
