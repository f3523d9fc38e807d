package tcp.simulation;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;

/** What ties a channel to a selector: the interest set and the ready set. */
final class SimulatedKey extends AbstractSelectionKey {
    private final SimulatedSelector selector;
    private final SimulatedChannel channel;
    private volatile int interest;
    int ready;
    /** The interest set that the last select() has passed on to the kernel, as epoll_ctl(2) does. */
    private int watched;
    /** What the kernel has said. */
    private int polled;

    SimulatedKey(SimulatedSelector selector, SimulatedChannel channel, int interest) {
        this.selector = selector;
        this.channel = channel;
        this.interest = interest;
    }

    SimulatedKey watched() {
        watched = interest;
        return this;
    }

    /** Whether the kernel has to report it. */
    boolean poll() {
        polled = watched == 0 ? 0 : channel.poll();
        // OP_CONNECT is POLLOUT there, also of a channel that is connected: then select() returns 0, again and again.
        return channel.readyOps(polled, watched) != 0 || (watched & OP_CONNECT) != 0 && (polled & Endpoint.OUT) != 0;
    }

    /** The report, put in terms of the interest set, which may be another one now. */
    int readyNow() {
        return channel.readyOps(polled, interest);
    }

    @Override
    public SelectableChannel channel() {
        return channel.asChannel();
    }

    @Override
    public Selector selector() {
        return selector;
    }

    @Override
    public int interestOps() {
        ensureValid();
        return interest;
    }

    @Override
    public SelectionKey interestOps(int ops) {
        ensureValid();
        if ((ops & ~channel().validOps()) != 0) {
            throw new IllegalArgumentException();
        }
        if (interest != ops) {
            interest = ops;
            selector.network().log(Call.Kind.INTEREST_OPS, channel.logName(), Call.NOTHING, text(ops));
        }
        return this;
    }

    @Override
    public int readyOps() {
        ensureValid();
        return ready;
    }

    private void ensureValid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
    }

    /** As in OP_READ | OP_WRITE; 0: none. */
    static String text(int ops) {
        return ops == 0 ? "0" : text(ops, " | ");
    }

    static String text(int ops, String between) {
        String text = ((ops & OP_READ) != 0 ? between + "OP_READ" : "")
                + ((ops & OP_WRITE) != 0 ? between + "OP_WRITE" : "")
                + ((ops & OP_CONNECT) != 0 ? between + "OP_CONNECT" : "")
                + ((ops & OP_ACCEPT) != 0 ? between + "OP_ACCEPT" : "");
        return text.isEmpty() ? "" : text.substring(between.length());
    }
}
