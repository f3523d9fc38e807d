package tcp.testkit.server;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import tcp.testkit.Unmet;

/**
 * Something is wrong with the server itself, beyond what a client can see. If a test has
 * seen something too, that is among the suppressed exceptions.
 */
public final class ServerFault extends Unmet {
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Kind {
        /** The constructor or port() threw an exception, which is the cause, or did not return. */
        DOES_NOT_START,
        /** run() ended, though nobody closed the server; with an exception, it is the cause. */
        LOOP_ENDED,
        /** The same of a server's process. */
        PROCESS_ENDED,
        /** run() or close() does not return. */
        DOES_NOT_END,
        /** The loop is busy while nothing happens. */
        SPINS,
        /** So is a thread of the server's that is not the loop; the cause shows where. */
        THREAD_SPINS,
        /** A thread of the server's wakes up, if only for a moment, while nothing happens. */
        WAKES_FOR_NOTHING,
        /** The loop waits, or works on and on, in a handler. */
        STUCK_IN_HANDLER,
        /** Channels or selectors stay open. */
        LEAKS_DESCRIPTORS,
        /** So do those of a server whose constructor has thrown an exception. */
        CONSTRUCTOR_LEAKS,
        /** Memory is kept, or allocated again and again, where none is needed. */
        KEEPS_MEMORY,
        /** Some clients wait for others. */
        UNFAIR,
        /** An exception ended another thread of the server's; it is the cause. */
        THREAD_ENDED
    }

    private final Kind kind;

    public ServerFault(Kind kind, String happened, String lookAt, Throwable cause) {
        super(happened, lookAt, cause);
        this.kind = kind;
    }

    public ServerFault(Kind kind, String happened, String lookAt) {
        this(kind, happened, lookAt, null);
    }

    public ServerFault(Kind kind, String happened) {
        this(kind, happened, "", null);
    }

    /**
     * @param happened a format for these values
     * @throws ServerFault of this kind if the requirement is not met
     */
    public static void unless(boolean met, Kind kind, String lookAt, String happened, Object... values) {
        if (!met) {
            throw new ServerFault(kind, happened.formatted(values), lookAt);
        }
    }

    public Kind kind() {
        return kind;
    }

    /** What happened, and what a test has seen of it. */
    @Override
    public String getMessage() {
        return Stream.concat(
                        Stream.of(super.getMessage()),
                        Stream.of(getSuppressed()).map(Throwable::getMessage))
                .collect(Collectors.joining("\n\n"));
    }
}
