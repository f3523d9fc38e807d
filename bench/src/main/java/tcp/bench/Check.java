package tcp.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import tcp.testkit.system.UserError;

/** Looks at a server's answers before they are timed: a wrong answer may well be fast. */
final class Check {
    static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int TIMEOUT = 3000; // ms

    private Check() {}

    /**
     * Two requests, the second on the same connection.
     *
     * @return bytes of one response, head and body
     * @throws UserError
     *             if an answer is not "hello\n" with status 200, or there is none
     */
    static int answers(int port) {
        try (Socket socket = connect(port)) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            socket.getOutputStream().write(REQUEST);
            int size = response(in);
            socket.getOutputStream().write(REQUEST);
            response(in);
            return size;
        } catch (IOException e) {
            throw new UserError("no answer to a GET request: " + e.getMessage());
        }
    }

    /** As many requests in one write: as many answers must come, each of them whole. */
    static void pipelining(int port, int requests) {
        int seen = 0;
        try (Socket socket = connect(port)) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            socket.getOutputStream()
                    .write(new String(REQUEST, StandardCharsets.US_ASCII)
                            .repeat(requests)
                            .getBytes(StandardCharsets.US_ASCII));
            for (; seen < requests; seen++) {
                response(in);
            }
        } catch (IOException e) {
            throw new UserError(seen + " answers to " + requests + " pipelined requests: " + e.getMessage());
        }
    }

    /** A connection whose reads end after 3 seconds. */
    static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT);
        return socket;
    }

    static boolean connects(int port) {
        try (Socket socket = connect(port)) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Reads one response and returns its size. */
    static int response(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int b = in.read();
            if (b == -1) {
                throw new EOFException("it closed the connection");
            }
            head.append((char) b);
            if (head.length() > 8192) {
                throw new UserError("the head of its response does not end");
            }
        }
        String status = head.toString().lines().findFirst().get();
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new UserError("it answers \"" + status + "\" and not HTTP/1.1 200");
        }
        int length = head.toString()
                .lines()
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.startsWith("content-length:"))
                .map(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElseThrow(() -> new UserError("it gives no Content-Length"));
        String body = new String(in.readNBytes(length), StandardCharsets.US_ASCII);
        if (!body.equals("hello\n")) {
            throw new UserError("its body is \"" + body.replace("\n", "\\n") + "\" and not \"hello\\n\"");
        }
        return head.length() + length;
    }
}
