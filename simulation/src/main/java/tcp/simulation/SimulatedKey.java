package tcp.simulation;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;

/** What ties a channel to a selector: the interest set and the ready set. */
final class SimulatedKey extends AbstractSelectionKey {
    final SimulatedSelector selector;
    final SimulatedChannel channel;
    volatile int interest;
    /** The interest set that select() has passed on to the kernel, see epoll_ctl(2). */
    int watched;
    /** What the kernel has reported, see poll(2). */
    int polled;

    int ready;

    SimulatedKey(SimulatedSelector selector, SimulatedChannel channel) {
        this.selector = selector;
        this.channel = channel;
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
            selector.log(Call.Kind.INTEREST_OPS, this);
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

    /** As in OP_READ | OP_WRITE. */
    static String text(int ops) {
        String text = (ops & OP_READ) != 0 ? " | OP_READ" : "";
        text += (ops & OP_WRITE) != 0 ? " | OP_WRITE" : "";
        text += (ops & OP_CONNECT) != 0 ? " | OP_CONNECT" : "";
        text += (ops & OP_ACCEPT) != 0 ? " | OP_ACCEPT" : "";
        return text.isEmpty() ? "0" : text.substring(3);
    }
}
