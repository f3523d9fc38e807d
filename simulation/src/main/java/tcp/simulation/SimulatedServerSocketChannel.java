package tcp.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Set;

/** A listening socket: the JDK's rules on top of a {@link Listener}. */
final class SimulatedServerSocketChannel extends ServerSocketChannel implements SimulatedChannel {
    private static final int DEFAULT_BACKLOG = 50;

    private final Network network;
    private final Options options = Options.ofListener();
    private final ServerSocket adaptor = new Adaptor();
    private Listener listener; // null: not bound
    private InetSocketAddress address;

    SimulatedServerSocketChannel(SimulatedSelectorProvider provider) throws IOException {
        super(provider);
        network = provider.network();
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        ensureOpen();
        if (listener != null) {
            throw new AlreadyBoundException();
        }
        InetSocketAddress wanted = local == null ? new InetSocketAddress(0) : checked(local);
        return call(Call.Kind.BIND, () -> {
            listener = network.open(
                    new Listener(network, network.port(wanted.getPort()), backlog < 1 ? DEFAULT_BACKLOG : backlog));
            address = new InetSocketAddress(wanted.getAddress(), listener.port);
            network.after(Call.Kind.BIND, logName(), listener.port, null, true);
            return this;
        });
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
        return call(Call.Kind.ACCEPT, () -> {
            if (!listener.isReady()) {
                network.after(Call.Kind.ACCEPT, logName(), Call.NOTHING, "null", false);
                return null;
            }
            network.openDescriptors(1); // without one, the client stays in the queue
            Endpoint end = listener.accept();
            network.after(Call.Kind.ACCEPT, logName(), Call.NOTHING, "client " + end.name, true);
            return new SimulatedSocketChannel((SimulatedSelectorProvider) provider(), end);
        });
    }

    /** A registered listener keeps its port until the next select(), as the JDK's does. */
    @Override
    protected void implCloseSelectableChannel() {
        boolean registered = isRegistered();
        synchronized (network) {
            network.after(Call.Kind.CLOSE, logName(), Call.NOTHING, null, true);
        }
        if (!registered) {
            release();
        }
    }

    @Override
    public void release() {
        synchronized (network) {
            if (listener != null) {
                network.close(listener);
            }
            network.closeDescriptors(1);
        }
    }

    @Override
    public int poll() {
        return listener != null && listener.isReady() ? Endpoint.IN : 0;
    }

    @Override
    public int readyOps(int polled, int interest) {
        return polled == 0 ? 0 : interest & SelectionKey.OP_ACCEPT;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        ensureOpen();
        options.set(option, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        ensureOpen();
        return options.get(option);
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
    protected void implConfigureBlocking(boolean block) {}

    @Override
    public Network network() {
        return network;
    }

    @Override
    public String logName() {
        return "listener";
    }

    @Override
    public ServerSocket socket() {
        return adaptor;
    }

    /** What socket() returns: it knows the address, and can do nothing else. */
    private final class Adaptor extends ServerSocket {
        Adaptor() throws IOException {}

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
        public void bind(SocketAddress local, int backlog) throws IOException {
            SimulatedServerSocketChannel.this.bind(local, backlog);
        }

        @Override
        public void close() throws IOException {
            SimulatedServerSocketChannel.this.close();
        }
    }
}
