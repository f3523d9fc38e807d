package tcp.workshop;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tcp.testkit.BrokenPromise;

/** Says what is wrong: what was sent, what came back, what was expected, the likely cause. */
final class Report {
    static final String RUN = "java -jar workshop/target/workshop.jar";
    private static final int WIDTH = 78;

    private Report() {}

    static void print(Exercise exercise, Failure failure, PrintStream out) {
        out.println();
        BrokenPromise.Seen seen = failure.seen();
        Throwable cause = failure.cause();
        if (cause != null) {
            Failure.loopEnded(cause).ifPresent(end -> exception(end.getCause(), out));
        }
        if (seen != null) {
            part("Sent", shortened(failure.part("Sent:")), out);
            command(seen).ifPresent(command -> {
                out.println(
                        "             To send the same, start your server and paste" + " this in a second terminal:");
                out.println("             " + command);
            });
            part("Came back", seen.cameBack(), out);
            part("Expected", seen.expected(), out);
        } else if (cause == null) {
            part("Happened", "The test did not come to an end.", out);
        } else if (Failure.loopEnded(cause).filter(cause::equals).isEmpty()) {
            if (cause instanceof AssertionError) {
                message(String.valueOf(cause.getMessage()), out);
            } else {
                exception(cause, out);
            }
        }
        if (failure.place() != null) {
            part("Meanwhile", "your loop was at " + failure.place() + ", and did not come back to select().", out);
        } else if (failure.spins()) {
            part("Meanwhile", "your loop was busy all the time.", out);
        }
        part("Likely", Diagnosis.of(exercise, failure), out);
    }

    /** What was sent may be long, and the command below it says it all. */
    private static String shortened(String sent) {
        int end = sent.lastIndexOf("\" ");
        return end < 150
                ? sent
                : sent.substring(0, 100).replaceFirst("\\\\\\d{0,2}$", "") // half a byte
                        + sent.substring(end);
    }

    private static void message(String message, PrintStream out) {
        String[] lines = message.lines()
                .takeWhile(line -> !line.startsWith("Look at:"))
                .map(line -> line.length() > 300 ? line.substring(0, 300) + " ..." : line)
                .filter(line -> !line.isBlank())
                .limit(12)
                .toArray(String[]::new);
        out.println("  Happened   " + String.join("\n             ", lines));
    }

    private static void exception(Throwable exception, PrintStream out) {
        String where = Stream.of(exception.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("tcp.Server"))
                .limit(3)
                .map(frame -> "\n             at " + frame.getFileName() + ":" + frame.getLineNumber() + " in "
                        + frame.getMethodName() + "()")
                .collect(Collectors.joining());
        out.println("  Exception  " + exception + where);
    }

    static void part(String name, String text, PrintStream out) {
        StringBuilder line = new StringBuilder(String.format("  %-10s", name));
        for (String word : text.split(" ")) {
            if (line.length() + word.length() > WIDTH && !line.toString().isBlank()) {
                out.println(line);
                line = new StringBuilder(" ".repeat(12));
            }
            line.append(' ').append(word);
        }
        out.println(line);
    }

    /** A command that sends the same bytes, if it can be told from the beginning kept. */
    private static Optional<String> command(BrokenPromise.Seen seen) {
        List<String> pieces = new ArrayList<>();
        List<String> start = seen.start();
        String all = String.join("", start);
        String options = "";
        if (all.length() < seen.sent()) {
            int period = period(all);
            if (period > all.length() / 2) {
                return Optional.empty();
            }
            options = " --times " + seen.sent() / period;
            pieces.add(all.substring(0, period));
            if (seen.sent() % period != 0) {
                pieces.add(all.substring(0, (int) (seen.sent() % period)));
            }
        } else if (start.size() > 4
                && start.stream().allMatch(p -> p.length() == start.get(0).length())) {
            options = " --pieces " + start.get(0).length();
            pieces.add(all);
        } else {
            pieces.addAll(start);
        }
        return Optional.of(RUN + " send" + options
                + (seen.ended() ? " --end" : "")
                + pieces.stream().map(piece -> " \"" + Send.escape(piece) + '"').collect(Collectors.joining()));
    }

    /** The shortest length after which the text repeats itself. */
    private static int period(String text) {
        for (int n = 1; n < text.length(); n++) {
            if (text.startsWith(text.substring(n))) {
                return n;
            }
        }
        return Math.max(1, text.length());
    }
}
