package docs;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The recorded sessions that the kernel blocks show: in each, one client meets one step,
 * and every part of the conversation has ended before the next one begins.
 *
 * @param title the title of the block that shows it: kernel, kernel reset, …
 * @param calls the calls of the loop
 * @param deeds what the client did meanwhile
 */
record Recording(String title, List<Trace.Call> calls, List<Trace.Deed> deeds) {
    static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final int RESPONSE = 93; // bytes
    private static final Map<String, Recording> MADE = new ConcurrentHashMap<>();

    private interface Part {
        void play(Trace trace) throws IOException, InterruptedException;
    }

    private static final Map<String, Part> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("step1-init kernel", trace -> {
            try (Socket client = trace.connect()) {
                trace.awaitIdle(2);
            }
        });
        PARTS.put("step2-discard kernel", trace -> {
            try (Socket client = trace.connect()) {
                receive(client, "");
                trace.awaitIdle(1, "close", "client");
            }
        });
        PARTS.put("step3-read kernel", trace -> {
            try (Socket client = trace.connect()) {
                trace.awaitIdle(2);
                trace.send(client, "hello\n");
                trace.awaitIdle(1, "read", "client");
            }
            trace.awaitIdle(1, "close", "client");
        });
        PARTS.put("step3-read kernel reset", trace -> {
            try (Socket client = trace.connect()) {
                trace.awaitIdle(2);
                client.setSoLinger(true, 0); // close() resets the connection
            }
            trace.awaitIdle(1, "close", "client");
        });
        PARTS.put("step4-write kernel", trace -> {
            try (Socket client = trace.connect()) {
                trace.awaitIdle(2);
                trace.send(client, "hello\n");
                receive(client, "Received 6 bytes\n");
                trace.awaitIdle(1, "shutdown", "client");
            }
            trace.awaitIdle(1, "close", "client");
        });
        PARTS.put("step5-http kernel", trace -> {
            try (Socket client = trace.connect()) {
                trace.awaitIdle(2);
                for (int i = 1; i <= 2; i++) {
                    trace.send(client, REQUEST);
                    receive(client, RESPONSE);
                    trace.awaitIdle(i, "write", "client");
                }
            }
            trace.awaitIdle(1, "close", "client");
        });
        PARTS.put("step5-http kernel pipelined", trace -> {
            try (Socket client = trace.connect()) {
                trace.awaitIdle(2);
                trace.send(client, REQUEST.repeat(16));
                receive(client, 16 * RESPONSE);
                trace.awaitIdle(1, "write", "client");
            }
            trace.awaitIdle(1, "close", "client");
        });
        PARTS.put("step5-http kernel back-pressure", trace -> {
            try (Socket client = trace.connectSlow()) {
                trace.awaitIdle(2);
                int requests = 0;
                // It asks and asks, and reads no answer, until the server listens no
                // more.
                while (trace.calls().stream().noneMatch(call -> call.shown().contains("EPOLLOUT"))) {
                    trace.send(client, "\r\n\r\n".repeat(4096));
                    requests += 4096;
                    trace.awaitIdle(requests / 4096, "read", "client");
                    if (requests > 1_000_000) {
                        throw new AssertionError("after " + requests + " requests, no"
                                + " answer to which was read, the server still reads");
                    }
                }
                receive(client, requests * RESPONSE);
                trace.awaitIdle(2, "epoll_ctl", "epoll");
            }
            trace.awaitIdle(1, "close", "client");
        });
    }

    /** Names of all sessions: the step, a blank, the title of the block. */
    static List<String> names() {
        return List.copyOf(PARTS.keySet());
    }

    /** A recording made by this run of the tests. */
    static Recording of(Docs docs, String step, String title) {
        if (!PARTS.containsKey(step + " " + title)) {
            throw new IllegalArgumentException("no such session is recorded: \"" + title + "\"; there are " + names());
        }
        return MADE.computeIfAbsent(step + " " + title, name -> record(docs.source(step), step, title));
    }

    /** Plays a session with a server of this source. */
    static Recording record(List<String> source, String step, String title) {
        try (Trace trace = new Trace(source)) {
            PARTS.get(step + " " + title).play(trace);
            return new Recording(title, trace.calls(), trace.deeds());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static void receive(Socket client, int bytes) throws IOException {
        client.getInputStream().readNBytes(bytes);
    }

    /** Reads to the end of the stream. */
    private static void receive(Socket client, String expected) throws IOException {
        String received = new String(client.getInputStream().readAllBytes(), US_ASCII);
        if (!received.equals(expected)) {
            throw new AssertionError("the client got \"" + received + "\"");
        }
    }

    /** The lines of the block, the command first. */
    List<String> lines(String step) {
        List<String> lines = new ArrayList<>();
        lines.add("$ strace -f -e trace=desc,network java " + Docs.sourceName(step));
        lines.addAll(
                title.endsWith("back-pressure")
                        ? shortened()
                        : calls.stream().map(Recording::show).toList());
        return lines;
    }

    static String show(Trace.Call call) {
        return call.shown().replaceAll("(?<=127\\.0\\.0\\.1:)\\d+", "54321");
    }

    /** Without what repeats itself, and without numbers that differ from run to run. */
    private List<String> shortened() {
        List<String> lines = new ArrayList<>();
        boolean written = false; // since the interest changed
        for (Trace.Call call : calls) {
            boolean change = call.name().equals("epoll_ctl");
            if (change && written) {
                lines.add("...");
            }
            if (change || !written) {
                lines.add(call.is("write", "client") ? "write(client, ..., <n>) = <n>" : show(call));
            }
            written = !change && (written || call.is("write", "client"));
        }
        return lines;
    }
}
