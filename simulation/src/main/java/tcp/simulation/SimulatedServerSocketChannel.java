package tcp.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Set;

/** A listening socket. */
final class SimulatedServerSocketChannel extends ServerSocketChannel implements SimulatedChannel {
    private static final String NAME = "listener";
    private static final int DEFAULT_BACKLOG = 50;

    private final SimulatedSelectorProvider provider;
    private final Network network;
    private final Options options = new Options(Options.OF_LISTENERS);
    private final ServerSocket adaptor;
    private Listener listener; // null: not bound
    private InetSocketAddress address;
    private boolean released;

    SimulatedServerSocketChannel(SimulatedSelectorProvider provider) throws IOException {
        super(provider);
        this.provider = provider;
        this.network = provider.network();
        this.adaptor = new Adaptor();
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        ensureOpen();
        if (listener != null) {
            throw new AlreadyBoundException();
        }
        InetSocketAddress wanted = local == null ? new InetSocketAddress(0) : checked(local);
        network.before(Call.Kind.BIND, NAME);
        synchronized (network) {
            listener = new Listener(network, wanted.getPort(), backlog < 1 ? DEFAULT_BACKLOG : backlog);
            address = new InetSocketAddress(wanted.getAddress(), listener.port);
            network.after(Call.Kind.BIND, NAME, listener.port, null, true);
        }
        return this;
    }

    static InetSocketAddress checked(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (inet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        return inet;
    }

    @Override
    public SocketChannel accept() throws IOException {
        ensureOpen();
        if (listener == null) {
            throw new NotYetBoundException();
        }
        while (true) {
            network.before(Call.Kind.ACCEPT, NAME);
            int seen;
            synchronized (network) {
                if (listener.isReady()) {
                    network.openDescriptors(1);
                    Endpoint end = listener.accept();
                    network.after(Call.Kind.ACCEPT, NAME, Call.NOTHING, "client " + end.peer.name, true);
                    return new SimulatedSocketChannel(provider, end, listener.port);
                }
                if (!isBlocking()) {
                    network.after(Call.Kind.ACCEPT, NAME, Call.NOTHING, "null", false);
                    return null;
                }
                seen = network.changes();
            }
            boolean looked = false;
            try {
                begin();
                network.sleep(-1, seen);
                looked = isOpen();
            } finally {
                end(looked);
            }
        }
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        java.util.Objects.requireNonNull(name);
        ensureOpen();
        options.set(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        java.util.Objects.requireNonNull(name);
        ensureOpen();
        return options.get(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return options.supported();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return address;
    }

    @Override
    public ServerSocket socket() {
        return adaptor;
    }

    @Override
    protected void implCloseSelectableChannel() {
        synchronized (network) {
            network.after(Call.Kind.CLOSE, NAME, Call.NOTHING, null, true);
        }
        if (!isRegistered()) {
            release();
        }
    }

    @Override
    public void release() {
        synchronized (network) {
            if (!released) {
                released = true;
                if (listener != null) {
                    listener.close();
                }
                network.closeDescriptors(1);
            }
        }
    }

    @Override
    protected void implConfigureBlocking(boolean block) {}

    @Override
    public SelectableChannel asChannel() {
        return this;
    }

    @Override
    public String logName() {
        return NAME;
    }

    @Override
    public int poll() {
        return listener != null && listener.isReady() ? Endpoint.IN : 0;
    }

    @Override
    public int readyOps(int polled, int interest) {
        return polled == 0 ? 0 : interest & SelectionKey.OP_ACCEPT;
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    /** What socket() returns: only for the names of things. */
    private final class Adaptor extends ServerSocket {
        private Adaptor() throws IOException {}

        @Override
        public int getLocalPort() {
            return listener == null ? -1 : listener.port;
        }

        @Override
        public SocketAddress getLocalSocketAddress() {
            return address;
        }

        @Override
        public boolean isBound() {
            return listener != null;
        }

        @Override
        public boolean isClosed() {
            return !isOpen();
        }

        @Override
        public ServerSocketChannel getChannel() {
            return SimulatedServerSocketChannel.this;
        }

        @Override
        public void bind(SocketAddress local, int backlog) throws IOException {
            SimulatedServerSocketChannel.this.bind(local, backlog);
        }

        @Override
        public void close() throws IOException {
            SimulatedServerSocketChannel.this.close();
        }

        @Override
        public java.net.Socket accept() {
            throw network.unsupported("accept() of a channel's ServerSocket");
        }
    }
}
