package tcp.testkit.server;

import tcp.testkit.client.UnexpectedResponse;

/**
 * Something is wrong with the server itself, beyond what a client can see. If a client has
 * seen something too, that {@link UnexpectedResponse} is among the suppressed exceptions.
 */
public final class ServerFault extends AssertionError {
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

    public ServerFault(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public ServerFault(Kind kind, String message) {
        this(kind, message, null);
    }

    public Kind kind() {
        return kind;
    }
}
