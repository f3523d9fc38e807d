package tcp.docs.syscalls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tcp.docs.page.Docs;
import tcp.docs.page.Problem;
import tcp.testkit.source.Steps;

/**
 * The picture of a recorded session: client, kernel, selector and server side by side, and
 * time going down. It shows what came after what, and not how long it took, since that
 * differs from run to run. The selector makes the calls of epoll, and closes what it has
 * taken out of epoll; all other calls are the server's.
 */
final class SequenceDiagram {
    private static final int WIDTH = 760;
    private static final int ROW = 25;
    private static final int TOP = 52;
    private static final int CLIENT = 56;
    private static final int KERNEL = 252;
    private static final int SELECTOR = 484;
    private static final int SERVER = 700;

    private static final Pattern READY = Pattern.compile("\\[(.*)\\]");
    private static final Pattern ANSWER = Pattern.compile(" = (.*)");

    private final StringBuilder sleeps = new StringBuilder();
    private final StringBuilder works = new StringBuilder();
    private final StringBuilder rows = new StringBuilder();
    private int row;
    private int workFrom = 1;
    private boolean ended; // our half of the connection
    private boolean gone; // the client

    private SequenceDiagram() {}

    /** The chapter's picture is that of its session as recorded now. */
    static List<Problem> check(Docs docs, Steps step) {
        String file = "docs/pictures/" + step.folder + ".svg";
        Path path = docs.root().resolve(file);
        String wanted = of(Recording.of(docs, step, "kernel"), step);
        List<String> should = wanted.lines().toList();
        List<String> is = Files.exists(path) ? docs.lines(file) : List.of();
        int line = 0;
        while (line < is.size() && line < should.size() && is.get(line).equals(should.get(line))) {
            line++;
        }
        return is.equals(should)
                ? List.of()
                : List.of(new Problem(
                                file + ":" + (line + 1),
                                "the session recorded now has another picture, which has here:\n        "
                                        + (line < should.size() ? should.get(line) : "nothing"),
                                "let -Ddocs.update draw it, look at it, and see that the text beside it still fits")
                        .with(new Problem.Edit(path, old -> wanted)));
    }

    /** Draws a recording. */
    static String of(Recording recording, Steps step) {
        SequenceDiagram diagram = new SequenceDiagram();
        diagram.draw(recording);
        return diagram.svg(step);
    }

    private void draw(Recording recording) {
        List<Strace.Call> calls = recording.calls();
        String out = ""; // what the selector has taken out of epoll
        for (int i = 0; i < calls.size(); i++) {
            Strace.Call call = calls.get(i);
            String shown = Recording.show(call);
            if (call.name().equals("epoll_wait")) {
                turn(shown, i, recording.actions(), i == calls.size() - 1);
            } else if (call.name().equals("epoll_ctl")) {
                stopWork();
                String what = shown.replaceAll("^epoll_ctl\\(epoll, EPOLL_CTL_|\\) = .*|,", "");
                out = what.startsWith("DEL ") ? what.substring(4) : out;
                arrow(++row, SELECTOR, KERNEL, "epoll_ctl " + what, "");
            } else if (call.target().equals("stdout")) {
                row++;
                note("prints "
                        + shown.substring(shown.indexOf('"'), shown.lastIndexOf(')'))
                                .replace("\\n", ""));
            } else if (call.name().equals("close") && call.target().equals(out)) {
                stopWork();
                arrow(++row, SELECTOR, KERNEL, "close(" + out + ")", "");
            } else {
                arrow(++row, SERVER, KERNEL, brief(call, shown), "");
                arrive(call);
            }
        }
    }

    /** The sleep in select(), what the client does meanwhile, and what ends the sleep. */
    private void turn(String shown, int index, List<Strace.ClientAction> actions, boolean last) {
        stopWork();
        int from = ++row;
        arrow(row, SELECTOR, KERNEL, "epoll_wait", "");
        boolean any = false;
        for (Strace.ClientAction action : actions) {
            if (action.during() == index) {
                arrow(++row, CLIENT, KERNEL, action.what(), "deed");
                any = true;
                gone |= action.what().equals("close");
            }
        }
        Matcher ready = READY.matcher(shown);
        row++;
        if (!last && ready.find()) {
            arrow(row, KERNEL, SELECTOR, ready.group(1).replace("|", " | "), "ready");
            arrow(row, SELECTOR, SERVER, "handle(key)", "ready");
            workFrom = row;
        }
        sleeps.append(bar(SELECTOR, y(from), y(row), "sleep"));
        int middle = (y(from) + y(row)) / 2 + 4;
        sleeps.append(text(SELECTOR + 14, middle, any || last ? "sleeps" : "", "aside"));
    }

    /** What a call of the server's brings to the client. */
    private void arrive(Strace.Call call) {
        if (call.is("write", "client") && call.result() > 0) {
            arrow(++row, KERNEL, CLIENT, call.result() + " bytes", "deed");
        } else if (!ended && !gone && (call.is("shutdown", "client") || call.is("close", "client"))) {
            ended = true;
            arrow(++row, KERNEL, CLIENT, "end of stream", "deed");
        }
    }

    private static String brief(Strace.Call call, String shown) {
        Matcher answer = ANSWER.matcher(shown.substring(shown.lastIndexOf(')')));
        String result = answer.find() ? answer.group(1) : "";
        return switch (call.name()) {
            case "listen" -> "listen";
            case "fcntl" -> call.target() + ": O_NONBLOCK";
            case "setsockopt" -> call.target() + ": TCP_NODELAY";
            case "accept" -> "accept = " + result;
            case "read" -> "read = " + (result.equals("0") ? "0, the end" : result);
            case "shutdown", "close" -> call.name() + (result.equals("0") ? "" : " = " + result);
            default -> call.name() + " = " + result;
        };
    }

    private void stopWork() {
        if (workFrom > 0 && row >= workFrom) {
            works.append(bar(SERVER, y(workFrom), y(row), "work"));
        }
        workFrom = 0;
    }

    private static int y(int row) {
        return TOP + row * ROW;
    }

    private void arrow(int row, int from, int to, String label, String kind) {
        int right = from < to ? 1 : -1;
        int tip = to - right * 6;
        rows.append("<path class=\"arrow %s\" d=\"M%d %dH%d\"/>"
                .formatted(kind, from + right * 6, y(row), tip - right * 6));
        rows.append("<path class=\"tip %s\" d=\"M%d %dl%d -4v8z\"/>\n".formatted(kind, tip, y(row), -right * 8));
        // Beside the lane that the arrow crosses, if it crosses one.
        int middle = from == SERVER && to == KERNEL ? (SELECTOR + SERVER) / 2 : (from + to) / 2;
        rows.append(text(middle, y(row) - 5, label, "label " + kind));
    }

    private void note(String text) {
        int width = text.length() * 7 + 14;
        rows.append("<rect class=\"note\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"18\" rx=\"3\"/>\n"
                .formatted(SERVER - 12 - width, y(row) - 11, width));
        rows.append(text(SERVER - 18, y(row) + 2, text, "print"));
    }

    private static String bar(int x, int from, int to, String kind) {
        return "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"12\" height=\"%d\" rx=\"3\"/>\n"
                .formatted(kind, x - 6, from - 5, to - from + 10);
    }

    private static String text(int x, int y, String text, String kind) {
        return text.isEmpty()
                ? ""
                : "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n"
                        .formatted(
                                kind.strip(), x, y, text.replace("&", "&amp;").replace("<", "&lt;"));
    }

    private String svg(Steps step) {
        int height = y(row) + 30;
        StringBuilder lanes = new StringBuilder();
        Map<String, Integer> names = Map.of("client", CLIENT, "kernel", KERNEL, "selector", SELECTOR, "server", SERVER);
        names.entrySet().stream().sorted(Map.Entry.comparingByValue()).forEach(lane -> {
            lanes.append(text(lane.getValue(), 30, lane.getKey(), "lane"));
            lanes.append("<path class=\"life\" d=\"M%d 42V%d\"/>\n".formatted(lane.getValue(), height - 12));
        });
        return template()
                .formatted(
                        WIDTH, height, step.number(), WIDTH - 1, height - 1, lanes.toString() + sleeps + works + rows);
    }

    private static String template() {
        try (var svg = SequenceDiagram.class.getResourceAsStream("sequence-diagram.svg")) {
            return new String(svg.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
