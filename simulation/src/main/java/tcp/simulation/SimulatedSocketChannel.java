package tcp.simulation;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;

/** A connection, or what becomes one: the JDK's rules on top of an {@link Endpoint}. */
final class SimulatedSocketChannel extends SocketChannel implements SimulatedChannel {
    private final Network network;
    private final Options options = new Options(Options.OF_SOCKETS);
    private final Endpoint end;
    private String name;
    private int localPort;
    private InetSocketAddress remote; // null: neither connected nor connecting
    private boolean connected;
    private boolean inputShut;
    private boolean outputShut;
    private boolean reset; // reported once; from then on read() fails with it for ever
    private boolean released;

    SimulatedSocketChannel(SimulatedSelectorProvider provider) {
        super(provider);
        network = provider.network();
        name = "socket";
        end = new Endpoint(network.sendBuffer, network.receiveBuffer, name, 0);
    }

    /** An accepted connection. */
    SimulatedSocketChannel(SimulatedSelectorProvider provider, Endpoint end, int localPort) {
        super(provider);
        this.network = provider.network();
        this.end = end;
        this.name = end.peer.name;
        this.localPort = localPort;
        this.remote = new InetSocketAddress("127.0.0.1", end.peer.port);
        this.connected = true;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return (int) read(new ByteBuffer[] {target}, 0, 1);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, targets.length);
        for (int i = offset; i < offset + length; i++) {
            if (targets[i].isReadOnly()) {
                throw new IllegalArgumentException("Read-only buffer");
            }
        }
        return transfer(Call.Kind.READ, targets, offset, length);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return (int) write(new ByteBuffer[] {source}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        return transfer(Call.Kind.WRITE, sources, offset, length);
    }

    /** One read or write. In blocking mode it sleeps while it would return 0. */
    private long transfer(Call.Kind kind, ByteBuffer[] buffers, int offset, int length) throws IOException {
        boolean reading = kind == Call.Kind.READ;
        long wanted = 0;
        for (int i = offset; i < offset + length; i++) {
            wanted += buffers[i].remaining();
        }
        long done = 0;
        while (true) {
            ensureConnected();
            if (reading ? inputShut : outputShut) {
                if (reading) {
                    return -1;
                }
                throw new ClosedChannelException();
            }
            if (wanted == 0) {
                return 0;
            }
            network.before(kind, name);
            int seen;
            synchronized (network) {
                if (!isOpen()) { // closed by what happened before the call
                    throw new ClosedChannelException();
                }
                try {
                    long n = transferNow(kind, buffers, offset, length, wanted - done);
                    network.after(kind, name, n, null, n > 0 || n == -1 && !endSeen);
                    endSeen |= n == -1;
                    done += Math.max(n, 0);
                    if (n == -1 || !isBlocking() || done > 0 && (reading || done == wanted)) {
                        return n == -1 ? -1 : done;
                    }
                } catch (IOException e) {
                    reset |= reading;
                    network.after(kind, name, Call.NOTHING, e.getMessage(), !failed);
                    failed = true;
                    throw e;
                }
                seen = network.changes();
            }
            sleep(seen);
        }
    }

    private boolean endSeen;
    private boolean failed;

    private long transferNow(Call.Kind kind, ByteBuffer[] buffers, int offset, int length, long wanted)
            throws IOException {
        boolean reading = kind == Call.Kind.READ;
        if (reading && reset) {
            throw new SocketException("Connection reset");
        }
        int possible = (int) Math.min(wanted, reading ? end.received.size() : end.sendRoom());
        int limit = network.limit(kind, name, possible);
        if (possible > 0 && limit == 0 && end.poll() < Endpoint.ERR) {
            return 0;
        }
        long n = 0;
        for (int i = offset; i < offset + length; i++) {
            if (buffers[i].hasRemaining()) {
                int some = reading ? end.read(buffers[i], limit) : end.write(buffers[i], limit);
                if (some <= 0) {
                    return n > 0 ? n : some;
                }
                n += some;
                limit -= some;
                if (limit == 0) {
                    break;
                }
            }
        }
        return n;
    }

    private void sleep(int seen) throws IOException {
        boolean looked = false;
        try {
            begin();
            network.sleep(-1, seen);
            looked = isOpen();
        } finally {
            end(looked);
        }
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        return shutdown(Call.Kind.SHUTDOWN_OUTPUT);
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        return shutdown(Call.Kind.SHUTDOWN_INPUT);
    }

    private SocketChannel shutdown(Call.Kind kind) throws IOException {
        boolean input = kind == Call.Kind.SHUTDOWN_INPUT;
        ensureConnected();
        network.before(kind, name);
        synchronized (network) {
            boolean first = !(input ? inputShut : outputShut);
            if (input) {
                inputShut = true;
                end.shutdownInput();
            } else {
                outputShut = true;
                end.shutdownOutput();
            }
            network.after(kind, name, Call.NOTHING, null, first);
        }
        return this;
    }

    @Override
    public boolean connect(SocketAddress address) throws IOException {
        ensureOpen();
        if (connected) {
            throw new AlreadyConnectedException();
        } else if (remote != null) {
            throw new ConnectionPendingException();
        }
        InetSocketAddress to = SimulatedServerSocketChannel.checked(address);
        network.before(Call.Kind.CONNECT, name);
        synchronized (network) {
            remote = to;
            name = "to port " + to.getPort();
            network.connect(end, to.getPort());
            network.after(Call.Kind.CONNECT, name, Call.NOTHING, null, true);
        }
        return isBlocking() && finishConnect();
    }

    @Override
    public boolean finishConnect() throws IOException {
        ensureOpen();
        if (connected) {
            return true;
        } else if (remote == null) {
            throw new NoConnectionPendingException();
        }
        network.before(Call.Kind.FINISH_CONNECT, name);
        while (true) {
            int seen;
            synchronized (network) {
                seen = network.changes();
                connected = end.isConnected();
                String result = end.isRefused() ? "Connection refused" : String.valueOf(connected);
                if (!end.connecting || !isBlocking()) {
                    network.after(Call.Kind.FINISH_CONNECT, name, Call.NOTHING, result, connected);
                }
            }
            if (end.isRefused()) {
                close();
                throw new ConnectException("Connection refused");
            }
            if (connected || !isBlocking()) {
                return connected;
            }
            sleep(seen);
        }
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isConnectionPending() {
        return remote != null && !connected;
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
        throw network.unsupported("bind() of a SocketChannel");
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        Objects.requireNonNull(option);
        ensureOpen();
        network.before(Call.Kind.SET_OPTION, name);
        synchronized (network) {
            options.set(option, value);
            if (option == StandardSocketOptions.SO_SNDBUF) {
                end.sendBuffer = (Integer) value;
            } else if (option == StandardSocketOptions.SO_RCVBUF) {
                end.receiveBuffer = (Integer) value;
            }
            String what = option.name() + " " + value;
            network.after(Call.Kind.SET_OPTION, name, Call.NOTHING, what, false);
        }
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        Objects.requireNonNull(option);
        ensureOpen();
        return options.get(option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return options.supported();
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return connected ? remote : null;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return connected ? new InetSocketAddress("127.0.0.1", localPort) : null;
    }

    @Override
    public Socket socket() {
        throw network.unsupported("socket() of a SocketChannel");
    }

    /** A registered channel sends its FIN now, and the rest comes with the next select(). */
    @Override
    protected void implCloseSelectableChannel() {
        boolean registered = isRegistered();
        synchronized (network) {
            if (registered && connected && options.get(StandardSocketOptions.SO_LINGER) != 0) {
                end.shutdownOutput();
            }
            network.after(Call.Kind.CLOSE, name, Call.NOTHING, null, true);
        }
        if (!registered) {
            release();
        }
    }

    @Override
    public void release() {
        synchronized (network) {
            if (!released) {
                released = true;
                if (options.get(StandardSocketOptions.SO_LINGER) == 0) {
                    end.abort();
                } else {
                    end.close();
                }
                network.closeDescriptors(1);
                network.changed();
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
        return name;
    }

    @Override
    public int poll() {
        return remote == null ? Endpoint.OUT | Endpoint.HUP : end.poll();
    }

    @Override
    public int readyOps(int polled, int interest) {
        if (polled >= Endpoint.ERR) { // with an error, whatever you wanted to know
            return interest;
        }
        int ready = !connected ? 0 : polled & Endpoint.IN; // OP_READ and OP_WRITE are 1 and 4, too
        ready |= (polled & Endpoint.OUT) == 0 ? 0 : connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT;
        return ready & interest;
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void ensureConnected() throws ClosedChannelException {
        ensureOpen();
        if (!connected) {
            throw new NotYetConnectedException();
        }
    }
}
