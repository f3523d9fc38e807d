package tcp.workshop;

import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import tcp.testkit.BrokenPromise;

/**
 * A promise that was not kept, and how that showed.
 *
 * @param promise the name of the test method
 * @param symptom what happened, as one of a few kinds
 * @param cause what the test threw; null if it did not end
 * @param spins whether the server's loop was busy while nothing happened
 * @param place the line of the learner's where the loop stayed, not in select(); or null
 */
record Failure(String promise, Symptom symptom, Throwable cause, boolean spins, String place) {
    /** What can be seen of a server that does not do what it should. */
    enum Symptom {
        /** An exception came out of run() or close(). */
        LOOP_ENDED,
        /** run() or close() did not return. */
        DOES_NOT_END,
        /** Nobody listened, or the port was refused. */
        REFUSED,
        /** End of stream, where something else was expected. */
        END,
        /** The connection was reset, or broke. */
        RESET,
        /** Nothing came within the time limit. */
        SILENT,
        /** Other bytes than expected. */
        WRONG,
        /** Bytes where none were expected. */
        MORE,
        /** The test waited for something until its time was over. */
        STUCK,
        /** Anything else; the message says it. */
        OTHER
    }

    static Failure of(String promise, Throwable thrown, boolean busy, String place) {
        Throwable cause =
                thrown instanceof ConditionTimeoutException && thrown.getCause() instanceof AssertionError waitedFor
                        ? waitedFor
                        : thrown;
        Symptom symptom = symptom(cause);
        boolean waited = symptom == Symptom.SILENT || symptom == Symptom.STUCK;
        boolean stays = waited || symptom == Symptom.DOES_NOT_END;
        return new Failure(promise, symptom, cause, busy && waited, stays ? place : null);
    }

    private static Symptom symptom(Throwable cause) {
        if (cause == null) {
            return Symptom.STUCK;
        }
        if (loopEnded(cause).isPresent()) {
            return Symptom.LOOP_ENDED;
        }
        String message = String.valueOf(cause.getMessage());
        BrokenPromise.Seen seen = seen(cause);
        if (seen == null) {
            return message.contains("Cannot connect to")
                    ? Symptom.REFUSED
                    : message.contains(" does not end.") ? Symptom.DOES_NOT_END : Symptom.OTHER;
        }
        String happened = seen.happened();
        return happened.startsWith("nothing more")
                ? Symptom.SILENT
                : happened.startsWith("end of stream")
                        ? Symptom.END
                        : happened.contains("broke") || happened.contains("failed")
                                ? Symptom.RESET
                                : happened.startsWith("byte ") ? Symptom.WRONG : Symptom.MORE;
    }

    /** The exception that ended the server's loop, if one did. */
    static Optional<Throwable> loopEnded(Throwable cause) {
        if (!(cause instanceof AssertionError)) {
            return Optional.empty(); // there was no loop: the server could not be made
        }
        return Stream.concat(Stream.of(cause), Stream.of(cause.getSuppressed()))
                .filter(e -> String.valueOf(e.getMessage()).startsWith("An exception ended the server's"))
                .findFirst();
    }

    BrokenPromise.Seen seen() {
        return seen(cause);
    }

    private static BrokenPromise.Seen seen(Throwable cause) {
        return cause instanceof BrokenPromise broken ? broken.seen() : null;
    }

    /** What the failure's message says after this word, up to the end of its paragraph. */
    String part(String word) {
        String message = cause == null ? "" : String.valueOf(cause.getMessage());
        int at = message.indexOf("\n" + word);
        if (at == -1) {
            return "";
        }
        String rest = message.substring(at + 1 + word.length());
        int end = rest.indexOf('\n');
        return (end == -1 ? rest : rest.substring(0, end)).strip();
    }
}
