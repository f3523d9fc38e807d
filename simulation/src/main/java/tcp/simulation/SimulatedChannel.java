package tcp.simulation;

import java.nio.channels.SelectableChannel;

/** What a selector asks of both kinds of channels. */
interface SimulatedChannel {
    SelectableChannel asChannel();

    /** Its name in the log. */
    String logName();

    /** As in poll(2); under the network's lock. */
    int poll();

    /** Which operations of the interest set are ready, when poll() has returned that. */
    int readyOps(int polled, int interest);

    /** Closed, and no selector has it any more: the descriptor goes. Doing it again does nothing. */
    void release();
}
