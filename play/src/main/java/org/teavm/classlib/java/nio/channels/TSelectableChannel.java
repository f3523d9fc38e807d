package org.teavm.classlib.java.nio.channels;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.function.Consumer;

// What TeaVM lacks of java.nio.channels, so that the simulated network is the same source in a
// page as in a JVM: TeaVM takes class TX of this package for java.nio.channels.X. Only what the
// servers and the network use is here.

/** As {@link SelectableChannel}. */
public abstract class TSelectableChannel implements Channel {
    public abstract SelectorProvider provider();

    public abstract int validOps();

    public abstract boolean isRegistered();

    public abstract SelectionKey keyFor(Selector selector);

    public abstract SelectionKey register(Selector selector, int ops, Object attachment) throws ClosedChannelException;

    public final SelectionKey register(Selector selector, int ops) throws ClosedChannelException {
        return register(selector, ops, null);
    }

    public abstract SelectableChannel configureBlocking(boolean block) throws IOException;

    public abstract boolean isBlocking();
}

abstract class TServerSocketChannel extends AbstractSelectableChannel {
    protected TServerSocketChannel(SelectorProvider provider) {
        super(provider);
    }

    @Override
    public final int validOps() {
        return SelectionKey.OP_ACCEPT;
    }

    public final ServerSocketChannel bind(SocketAddress local) throws IOException {
        return bind(local, 0);
    }

    public abstract ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException;

    public abstract <T> ServerSocketChannel setOption(SocketOption<T> option, T value) throws IOException;

    public abstract ServerSocket socket();

    public abstract SocketChannel accept() throws IOException;

    public abstract SocketAddress getLocalAddress() throws IOException;
}

abstract class TSocketChannel extends AbstractSelectableChannel {
    protected TSocketChannel(SelectorProvider provider) {
        super(provider);
    }

    @Override
    public final int validOps() {
        return SelectionKey.OP_READ | SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;
    }

    public abstract <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException;

    public abstract SocketChannel shutdownInput() throws IOException;

    public abstract SocketChannel shutdownOutput() throws IOException;

    public abstract int read(ByteBuffer target) throws IOException;

    public abstract int write(ByteBuffer source) throws IOException;

    public abstract SocketAddress getRemoteAddress() throws IOException;
}

abstract class TSelector implements Channel {
    public abstract Set<SelectionKey> keys();

    public abstract Set<SelectionKey> selectedKeys();

    public abstract int selectNow() throws IOException;

    public abstract int select(long millis) throws IOException;

    public abstract int select() throws IOException;

    public abstract int select(Consumer<SelectionKey> action, long millis) throws IOException;

    public abstract int select(Consumer<SelectionKey> action) throws IOException;

    public abstract int selectNow(Consumer<SelectionKey> action) throws IOException;

    public abstract Selector wakeup();
}

abstract class TSelectionKey {
    public static final int OP_READ = 1;
    public static final int OP_WRITE = 4;
    public static final int OP_CONNECT = 8;
    public static final int OP_ACCEPT = 16;

    private Object attachment;

    public abstract SelectableChannel channel();

    public abstract Selector selector();

    public abstract boolean isValid();

    public abstract void cancel();

    public abstract int interestOps();

    public abstract SelectionKey interestOps(int ops);

    public int interestOpsOr(int ops) {
        int before = interestOps();
        interestOps(before | ops);
        return before;
    }

    public int interestOpsAnd(int ops) {
        int before = interestOps();
        interestOps(before & ops);
        return before;
    }

    public abstract int readyOps();

    public final boolean isReadable() {
        return (readyOps() & OP_READ) != 0;
    }

    public final boolean isWritable() {
        return (readyOps() & OP_WRITE) != 0;
    }

    public final boolean isConnectable() {
        return (readyOps() & OP_CONNECT) != 0;
    }

    public final boolean isAcceptable() {
        return (readyOps() & OP_ACCEPT) != 0;
    }

    public final Object attach(Object other) {
        Object before = attachment;
        attachment = other;
        return before;
    }

    public final Object attachment() {
        return attachment;
    }
}

final class TDatagramChannel {}

final class TPipe {}
