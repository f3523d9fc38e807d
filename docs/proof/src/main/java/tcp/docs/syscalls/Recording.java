package tcp.docs.syscalls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tcp.docs.page.Docs;
import tcp.testkit.source.Steps;

/**
 * The recorded sessions that the kernel blocks show: in each, one client meets one step,
 * and every part of the conversation has ended before the next one begins.
 *
 * @param title the title of the block that shows it: kernel, kernel reset, …
 * @param calls the calls of the loop
 * @param actions what the client did meanwhile
 */
record Recording(String title, List<Strace.Call> calls, List<Strace.ClientAction> actions) {
    static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final int RESPONSE = 93; // bytes
    private static final Map<String, Recording> RECORDED = new ConcurrentHashMap<>();

    /** What a client does. */
    private interface Part {
        void play(Strace strace, Socket client) throws IOException, InterruptedException;
    }

    private static final Map<String, Part> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("step1-init kernel", (strace, client) -> strace.awaitIdle(2));
        PARTS.put("step2-discard kernel", (strace, client) -> {
            receive(client, "");
            strace.awaitIdle(1, "close", "client");
        });
        keep("step3-read kernel", (strace, client) -> {
            strace.send(client, "hello\n");
            strace.awaitIdle(1, "read", "client");
        });
        keep("step3-read kernel reset", (strace, client) -> client.setSoLinger(true, 0)); // close() resets
        keep("step4-write kernel", (strace, client) -> {
            strace.send(client, "hello\n");
            receive(client, "Received 6 bytes\n");
            strace.awaitIdle(1, "shutdown", "client");
        });
        keep("step5-http kernel", (strace, client) -> {
            for (int i = 1; i <= 2; i++) {
                strace.send(client, REQUEST);
                receive(client, RESPONSE);
                strace.awaitIdle(i, "write", "client");
            }
        });
        keep("step5-http kernel pipelined", (strace, client) -> {
            strace.send(client, REQUEST.repeat(16));
            receive(client, 16 * RESPONSE);
            strace.awaitIdle(1, "write", "client");
        });
        keep("step5-http kernel back-pressure", (strace, client) -> {
            int requests = 0;
            // It asks and asks, and reads no answer, until the server listens no more.
            while (strace.calls().stream().noneMatch(call -> call.shown().contains("EPOLLOUT"))) {
                strace.send(client, "\r\n\r\n".repeat(4096));
                requests += 4096;
                strace.awaitIdle(requests / 4096, "read", "client");
                if (requests > 1_000_000) {
                    throw new AssertionError("after " + requests + " unanswered requests the server still reads");
                }
            }
            receive(client, requests * RESPONSE);
            strace.awaitIdle(2, "epoll_ctl", "epoll");
        });
    }

    /** The server keeps this client, and closes it when it leaves. */
    private static void keep(String name, Part part) {
        PARTS.put(name, (strace, client) -> {
            strace.awaitIdle(2);
            part.play(strace, client);
            client.close();
            strace.awaitIdle(1, "close", "client");
        });
    }

    /** Names of all sessions: the step, a blank, the title of the block. */
    static List<String> names() {
        return List.copyOf(PARTS.keySet());
    }

    /** A recording made by this run of the tests. */
    static Recording of(Docs docs, Steps step, String title) {
        String name = step.folder + " " + title;
        if (!PARTS.containsKey(name)) {
            throw new IllegalArgumentException("no such session is recorded: \"" + title + "\"; there are " + names());
        }
        return RECORDED.computeIfAbsent(name, n -> record(docs.source(step), n, title));
    }

    /** Plays a session with a server of this source. */
    private static Recording record(List<String> source, String name, String title) {
        try (Strace strace = new Strace(source)) {
            // Back-pressure comes sooner with a client that takes little at a time.
            try (Socket client = strace.connect(name.endsWith("back-pressure") ? 4096 : 0)) {
                PARTS.get(name).play(strace, client);
            }
            return new Recording(title, strace.calls(), strace.actions());
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
    List<String> lines(Steps step) {
        List<String> lines = new ArrayList<>();
        lines.add("$ strace -f -e trace=desc,network java " + Docs.sourceName(step));
        lines.addAll(
                title.endsWith("back-pressure")
                        ? shortened()
                        : calls.stream().map(Recording::show).toList());
        return lines;
    }

    static String show(Strace.Call call) {
        return call.shown().replaceAll("(?<=127\\.0\\.0\\.1:)\\d+", "54321");
    }

    /** Without what repeats itself, and without numbers that differ from run to run. */
    private List<String> shortened() {
        List<String> lines = new ArrayList<>();
        boolean written = false; // since the interest changed
        for (Strace.Call call : calls) {
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
