package tcp.simulation;

import java.io.IOException;

/**
 * Decides what a network leaves to chance. It is asked on the thread of the server, so what it
 * does there (a client's reset, say) has happened before the call goes on. Every method does
 * nothing special by default.
 */
public interface Schedule {
    /**
     * Before a call is carried out; close() is not asked about.
     *
     * @param channel its name in the log; null if the call has no channel
     * @throws IOException the call fails with it, as {@code accept} does when there are too many
     *     open files
     */
    default void before(Call.Kind kind, String channel) throws IOException {}

    /** After a call, as the log has it. */
    default void after(Call call) {}

    /**
     * How many bytes this READ or WRITE moves at most.
     *
     * @param possible what the buffers allow, at least 1
     * @return at most possible; at least 1 for READ, and 0 for a WRITE that would block
     */
    default int limit(Call.Kind kind, String channel, int possible) {
        return possible;
    }

    /**
     * The server sleeps: nothing is ready, and nothing on its way. Here clients can go on, or
     * time (see {@link Network#advance}).
     *
     * @param nanos how long it would sleep; -1: without a limit
     * @return true: something was done, so look again; false: wait for what other threads do
     */
    default boolean asleep(long nanos) {
        return false;
    }

    /** The server is busy without getting anywhere; what is thrown here leaves its call. */
    default void spinning(String how) {
        throw new Spinning(how);
    }

    /** Ends a server that would never sleep again. An Error, since servers catch Exceptions. */
    final class Spinning extends Error {
        private static final long serialVersionUID = 1L;

        Spinning(String how) {
            super(how, null, false, false);
        }
    }
}
