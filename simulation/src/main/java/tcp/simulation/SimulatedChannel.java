package tcp.simulation;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;

/** What listeners and connections have in common. */
interface SimulatedChannel {
    /** A system call; what it returns is null if it would block. */
    interface SystemCall<T> {
        T run() throws IOException;
    }

    Network network();

    /** Its name in the log. */
    String logName();

    /** What the kernel has to say, as poll(2) does. */
    int poll();

    /** Which operations of the interest set that means. */
    int readyOps(int polled, int interest);

    /** Closes the descriptor, when the channel is closed and no selector has it any more. */
    void release();

    /** A call has failed; returns whether that is news. */
    default boolean failed(Call.Kind kind) {
        return false;
    }

    default SelectableChannel asChannel() {
        return (SelectableChannel) this;
    }

    default void ensureOpen() throws ClosedChannelException {
        if (!asChannel().isOpen()) {
            throw new ClosedChannelException();
        }
    }

    /** Carries out a call, once the schedule has had its turn. In blocking mode it sleeps until the call succeeds. */
    default <T> T call(Call.Kind kind, SystemCall<T> call) throws IOException {
        while (true) {
            if (asChannel().isBlocking() && Thread.currentThread().isInterrupted()) {
                asChannel().close();
                throw new ClosedByInterruptException();
            }
            int seen;
            try {
                network().before(kind, logName());
                synchronized (network()) {
                    ensureOpen();
                    T result = call.run();
                    if (result != null || !asChannel().isBlocking()) {
                        return result;
                    }
                    seen = network().changes();
                }
            } catch (IOException e) {
                synchronized (network()) {
                    network().after(kind, logName(), Call.NOTHING, e.getMessage(), failed(kind));
                }
                throw e;
            }
            network().sleep(Network.FOREVER, seen);
            if (!asChannel().isOpen()) {
                throw new AsynchronousCloseException();
            }
        }
    }
}
