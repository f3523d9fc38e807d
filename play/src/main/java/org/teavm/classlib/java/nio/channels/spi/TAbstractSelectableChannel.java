package org.teavm.classlib.java.nio.channels.spi;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashSet;
import java.util.Set;
import org.teavm.classlib.java.nio.channels.TSelectableChannel;

// What TeaVM lacks of java.nio.channels.spi; see TSelectableChannel.java. There is one thread only.

/** As {@link AbstractSelectableChannel}. */
public abstract class TAbstractSelectableChannel extends TSelectableChannel {
    private final SelectorProvider provider;
    private SelectionKey key; // of the one selector that a server here has
    private boolean blocking = true;
    private boolean closed;

    protected TAbstractSelectableChannel(SelectorProvider provider) {
        this.provider = provider;
    }

    @Override
    public final SelectorProvider provider() {
        return provider;
    }

    @Override
    public final boolean isOpen() {
        return !closed;
    }

    @Override
    public final boolean isRegistered() {
        return key != null;
    }

    @Override
    public final SelectionKey keyFor(Selector selector) {
        return key;
    }

    @Override
    public final SelectionKey register(Selector selector, int ops, Object attachment) throws ClosedChannelException {
        if ((ops & ~validOps()) != 0) {
            throw new IllegalArgumentException();
        } else if (closed) {
            throw new ClosedChannelException();
        } else if (blocking) {
            throw new IllegalBlockingModeException();
        } else if (key == null) {
            Object channel = this;
            key = ((TAbstractSelector) (Object) selector)
                    .register((AbstractSelectableChannel) channel, ops, attachment);
        } else if (key.isValid()) {
            key.attach(attachment);
            key.interestOps(ops);
        } else {
            throw new CancelledKeyException();
        }
        return key;
    }

    void deregister() {
        key = null;
    }

    @Override
    public final boolean isBlocking() {
        return blocking;
    }

    @Override
    public final SelectableChannel configureBlocking(boolean block) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        } else if (block && key != null && key.isValid()) {
            throw new IllegalBlockingModeException();
        }
        blocking = block;
        return (SelectableChannel) (Object) this;
    }

    @Override
    public final void close() throws IOException {
        if (!closed) {
            closed = true;
            implCloseSelectableChannel();
            if (key != null) {
                key.cancel();
            }
        }
    }

    protected abstract void implCloseSelectableChannel() throws IOException;

    protected abstract void implConfigureBlocking(boolean block) throws IOException;
}

abstract class TAbstractSelector extends Selector {
    private final SelectorProvider provider;
    private final Set<SelectionKey> cancelled = new HashSet<>();
    private boolean closed;

    protected TAbstractSelector(SelectorProvider provider) {
        this.provider = provider;
    }

    protected abstract SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment);

    void cancel(SelectionKey key) {
        cancelled.add(key);
    }

    protected final Set<SelectionKey> cancelledKeys() {
        return cancelled;
    }

    protected final void deregister(AbstractSelectionKey key) {
        ((TAbstractSelectableChannel) (Object) key.channel()).deregister();
    }

    @Override
    public final SelectorProvider provider() {
        return provider;
    }

    @Override
    public final boolean isOpen() {
        return !closed;
    }

    @Override
    public final void close() throws IOException {
        if (!closed) {
            closed = true;
            implCloseSelector();
        }
    }

    protected abstract void implCloseSelector() throws IOException;
}

abstract class TAbstractSelectionKey extends SelectionKey {
    private boolean cancelled;

    @Override
    public final boolean isValid() {
        return !cancelled;
    }

    @Override
    public final void cancel() {
        if (!cancelled) {
            cancelled = true;
            ((TAbstractSelector) (Object) selector()).cancel(this);
        }
    }
}

abstract class TSelectorProvider {
    public abstract AbstractSelector openSelector() throws IOException;

    public abstract ServerSocketChannel openServerSocketChannel() throws IOException;

    public abstract SocketChannel openSocketChannel() throws IOException;

    public abstract DatagramChannel openDatagramChannel() throws IOException;

    public abstract DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException;

    public abstract Pipe openPipe() throws IOException;
}
