package tcp.workshop;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tcp.simulation.SimulationClassLoader;
import tcp.testkit.client.Exchange;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerStack;
import tcp.testkit.system.Bytes;

/** Says what is wrong: what was sent, what came back, what was expected, the likely cause. */
final class Report {
    static final String RUN = "java -jar workshop/target/workshop.jar";
    /** Builds the workshop. */
    static final String BUILD = "./mvnw -q -pl workshop -am package -DskipTests";

    private static final int WIDTH = 78;

    private final StringBuilder text = new StringBuilder();
    private final String target;

    /** For the server that runs at HOST:PORT; null: for the learner's own. */
    private Report(String target) {
        this.target = target;
    }

    static String of(Failure failure, List<Diagnosis> diagnoses, String target) {
        Report report = new Report(target);
        report.failure(failure, diagnoses);
        return report.text.toString();
    }

    /** A part of a verdict: a name, and a text that is wrapped. */
    static String part(String name, String words) {
        StringBuilder part = new StringBuilder();
        StringBuilder line = new StringBuilder("  %-10s".formatted(name));
        for (String word : words.replace('\n', ' ').split(" ")) {
            if (line.length() + word.length() > WIDTH && !line.toString().isBlank()) {
                part.append(line).append('\n');
                line = new StringBuilder(" ".repeat(12));
            }
            line.append(' ').append(word);
        }
        return part.append(line).append('\n').toString();
    }

    private void failure(Failure failure, List<Diagnosis> diagnoses) {
        Optional<Exchange> exchange = failure.response().map(response -> response.exchange());
        if (failure.thrown() instanceof StoryFailure story) {
            List<String> lines = story.failure().lines();
            if (!lines.isEmpty()) {
                text.append("  Story      Each line is what a client does, and what your server calls then.\n");
            }
            lines.forEach(line -> text.append("             ").append(line).append('\n'));
            text.append(part("Happened", story.getMessage()));
            if (!story.showsOnLoopback()) {
                text.append(part("But", """
                        Over loopback, here and now, the same story does not show it: the system has chosen \
                        other moments there. It can show on any network."""));
            }
        }
        failure.fault()
                .filter(fault -> fault.kind() == ServerFault.Kind.PROCESS_ENDED)
                .ifPresent(fault -> happened(fault.happened()));
        failure.exception().ifPresent(this::exception);
        exchange.ifPresent(this::exchange);
        if (failure.thrown() == null) {
            text.append(part("Happened", "The test did not come to an end."));
        } else if (text.isEmpty()) {
            happened(failure.happened());
        }
        failure.fault().ifPresent(fault -> {
            switch (fault.kind()) {
                case SPINS -> text.append(part("Meanwhile", "your loop was busy all the time."));
                case THREAD_SPINS ->
                    place(fault.getCause())
                            .ifPresent(at -> text.append(part("Meanwhile", "that thread was " + at + ".")));
                case STUCK_IN_HANDLER, DOES_NOT_START, DOES_NOT_END ->
                    place(fault.getCause())
                            .ifPresent(at -> text.append(part("Meanwhile", "your server was " + at + ".")));
                default -> {}
            }
        });
        if (!diagnoses.isEmpty()) {
            text.append(part("Likely", diagnoses.get(0).tell()));
        } else if (!failure.lookAt().isEmpty()) {
            String lookAt = failure.lookAt();
            text.append(part("Look at", Character.toUpperCase(lookAt.charAt(0)) + lookAt.substring(1)));
        }
    }

    private void exchange(Exchange seen) {
        String sent = String.join("", seen.sent());
        if (seen.sentBytes() > 0) {
            text.append(part("Sent", "%s (%s)".formatted(Bytes.quote(sent, 80), Bytes.count(seen.sentBytes()))));
            String others = seen.alone()
                    ? ""
                    : "\n             Other clients took part: this is only what the one sent that saw the fault.";
            command(seen).ifPresent(command -> text.append("""
                                 To send the same, start your server and paste this in a second terminal:
                                 %s%s
                    """.formatted(command, others)));
        }
        text.append(part(
                "Came back",
                Stream.of(seen.received().isEmpty() ? "" : Bytes.quote(seen.received(), 200), seen.happened())
                        .filter(some -> !some.isEmpty())
                        .collect(Collectors.joining(", then "))));
        text.append(part("Expected", seen.expected()));
        if (seen.difference() > 0) {
            text.append(part("They part", "after " + Bytes.count(seen.difference())));
        }
    }

    private void happened(String message) {
        List<String> lines = message.lines()
                .map(line -> line.length() > 300 ? line.substring(0, 300) + " ..." : line)
                .filter(line -> !line.isBlank())
                .limit(20)
                .toList();
        text.append("  Happened   ")
                .append(String.join("\n             ", lines))
                .append('\n');
    }

    /** An exception, and those that caused it, each with the learner's lines. */
    private void exception(Throwable exception) {
        boolean exits = exception instanceof SimulationClassLoader.Exit;
        text.append(exits ? part("Happened", exception.getMessage()) : part("Exception", exception.toString()));
        place(exception).ifPresent(at -> text.append("             ").append(at).append('\n'));
        for (Throwable cause = exception.getCause(); cause != null; cause = cause.getCause()) {
            text.append(part("caused by", cause.toString()));
            place(cause).ifPresent(at -> text.append("             ").append(at).append('\n'));
        }
    }

    /** The learner's lines in a stack trace: the innermost, and two that led to it. */
    private static Optional<String> place(Throwable exception) {
        if (exception == null) {
            return Optional.empty();
        }
        String lines = ServerStack.frames(exception.getStackTrace())
                .limit(3)
                .map(frame -> "at " + ServerStack.place(frame))
                .collect(Collectors.joining(", "));
        return Optional.of(lines).filter(text -> !text.isEmpty());
    }

    /** A command that sends the same bytes, if it can be told from the beginning kept. */
    private Optional<String> command(Exchange seen) {
        List<String> pieces = new ArrayList<>();
        List<String> start = seen.sent();
        String all = String.join("", start);
        String options = target == null ? "" : " --to " + target;
        if (all.length() < seen.sentBytes()) {
            int period = period(all);
            if (period > all.length() / 2) {
                return Optional.empty();
            }
            options += " --times " + seen.sentBytes() / period;
            pieces.add(all.substring(0, period));
            if (seen.sentBytes() % period != 0) {
                pieces.add(all.substring(0, (int) (seen.sentBytes() % period)));
            }
        } else if (start.size() > 4
                && start.stream().allMatch(p -> p.length() == start.get(0).length())) {
            options += " --pieces " + start.get(0).length();
            pieces.add(all);
        } else {
            pieces.addAll(start);
        }
        return Optional.of(RUN + " send" + options + (seen.halfClosed() ? " --end" : "")
                + pieces.stream().map(piece -> " \"" + argument(piece) + '"').collect(Collectors.joining()));
    }

    /** For quotation marks in any shell: what one of them would take for its own is told by its number. */
    private static String argument(String piece) {
        return piece.chars()
                .mapToObj(c -> "\"\\$`!%".indexOf(c) < 0 ? Bytes.escape((char) c + "") : "\\%03o".formatted(c))
                .collect(Collectors.joining());
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
