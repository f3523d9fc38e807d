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
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;

/** A connection, or what becomes one: the JDK's rules on top of an {@link Endpoint}. */
final class SimulatedSocketChannel extends SocketChannel implements SimulatedChannel {
    private final Network network;
    private final Options options = Options.ofSocket();
    private final Endpoint end;
    private InetSocketAddress remote; // null: neither connected nor connecting
    private boolean connected;
    private boolean inputShut;
    private boolean outputShut;
    private boolean endSeen; // read() has returned -1
    private boolean failed; // read() or write() has thrown
    private boolean reset; // read() has thrown, and will for ever: the JDK keeps that in mind

    SimulatedSocketChannel(SimulatedSelectorProvider provider, Endpoint end) {
        super(provider);
        this.network = provider.network();
        this.end = end;
        this.connected = end.peer() != null;
        this.remote = connected ? address(end.peer().port) : null;
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress("127.0.0.1", port);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
        ensureConnected();
        if (inputShut) {
            return -1;
        }
        Integer n = !target.hasRemaining() ? null : call(Call.Kind.READ, () -> readNow(target));
        return n == null ? 0 : n;
    }

    private Integer readNow(ByteBuffer target) throws IOException {
        if (reset) {
            throw new SocketException("Connection reset");
        }
        int possible = Math.min(end.received.size(), target.remaining());
        int n = end.read(target, Math.max(1, network.limit(Call.Kind.READ, logName(), possible)));
        network.after(Call.Kind.READ, logName(), n, null, n > 0 || n == -1 && !endSeen);
        endSeen |= n == -1;
        return n == 0 ? null : n;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int before = source.remaining();
        ensureConnected();
        if (outputShut) {
            throw new ClosedChannelException();
        }
        if (before > 0) {
            call(Call.Kind.WRITE, () -> writeNow(source));
        }
        return before - source.remaining();
    }

    /** Null as long as there is more to write: in blocking mode, all must go. */
    private Boolean writeNow(ByteBuffer source) throws IOException {
        int possible = Math.min(end.room(), source.remaining());
        int n = end.write(source, network.limit(Call.Kind.WRITE, logName(), possible));
        network.after(Call.Kind.WRITE, logName(), n, null, n > 0);
        return source.hasRemaining() ? null : true;
    }

    @Override
    public boolean failed(Call.Kind kind) {
        boolean first = !failed;
        failed = true;
        reset |= kind == Call.Kind.READ;
        return first;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(remaining(targets, offset, length));
        int n = read(all);
        all.flip();
        for (int i = offset; all.hasRemaining(); i++) {
            while (all.hasRemaining() && targets[i].hasRemaining()) {
                targets[i].put(all.get());
            }
        }
        return n;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(remaining(sources, offset, length));
        for (int i = offset; i < offset + length; i++) {
            all.put(sources[i].duplicate());
        }
        int n = write(all.flip());
        int left = n;
        for (int i = offset; left > 0; i++) {
            int some = Math.min(left, sources[i].remaining());
            sources[i].position(sources[i].position() + some);
            left -= some;
        }
        return n;
    }

    private static int remaining(ByteBuffer[] buffers, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffers.length);
        int sum = 0;
        for (int i = offset; i < offset + length; i++) {
            sum += buffers[i].remaining();
        }
        return sum;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        ensureConnected();
        return call(Call.Kind.SHUTDOWN_OUTPUT, () -> {
            end.shutdownOutput();
            network.after(Call.Kind.SHUTDOWN_OUTPUT, logName(), Call.NOTHING, null, !outputShut);
            outputShut = true;
            return this;
        });
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        ensureConnected();
        return call(Call.Kind.SHUTDOWN_INPUT, () -> {
            end.shutdownInput();
            network.after(Call.Kind.SHUTDOWN_INPUT, logName(), Call.NOTHING, null, !inputShut);
            inputShut = true;
            return this;
        });
    }

    @Override
    public boolean connect(SocketAddress address) throws IOException {
        ensureOpen();
        if (connected) {
            throw new AlreadyConnectedException();
        } else if (remote != null) {
            throw new ConnectionPendingException();
        }
        remote = SimulatedServerSocketChannel.checked(address);
        call(Call.Kind.CONNECT, () -> {
            end.connect(network.listener(remote.getPort()));
            network.after(Call.Kind.CONNECT, logName(), Call.NOTHING, null, true);
            return true;
        });
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
        Object done = call(Call.Kind.FINISH_CONNECT, () -> {
            connected = end.peer() != null;
            String result = end.isRefused() ? "Connection refused" : String.valueOf(connected);
            network.after(Call.Kind.FINISH_CONNECT, logName(), Call.NOTHING, result, !end.isConnecting());
            return end.isConnecting() ? null : true;
        });
        if (done != null && !connected) {
            close();
            throw new ConnectException("Connection refused");
        }
        return connected;
    }

    /** A registered channel sends its FIN now; the rest comes with the next select(), as in the JDK. */
    @Override
    protected void implCloseSelectableChannel() {
        boolean registered = isRegistered();
        synchronized (network) {
            network.after(Call.Kind.CLOSE, logName(), Call.NOTHING, null, true);
            if (registered && connected && options.get(StandardSocketOptions.SO_LINGER) != 0) {
                end.shutdownOutput();
            }
        }
        if (!registered) {
            release();
        }
    }

    @Override
    public void release() {
        synchronized (network) {
            if (options.get(StandardSocketOptions.SO_LINGER) == 0) {
                end.abort();
            } else {
                end.close();
            }
            network.closeDescriptors(1);
        }
    }

    @Override
    public int poll() {
        return remote == null ? Endpoint.OUT | Endpoint.HUP : end.poll();
    }

    @Override
    public int readyOps(int polled, int interest) {
        if (polled >= Endpoint.ERR) { // an error, or all over: whatever you asked for
            return interest;
        }
        int ready = connected && (polled & Endpoint.IN) != 0 ? SelectionKey.OP_READ : 0;
        int out = connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT;
        return interest & (ready | ((polled & Endpoint.OUT) != 0 ? out : 0));
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        ensureOpen();
        return call(Call.Kind.SET_OPTION, () -> {
            options.set(option, value);
            if (option == StandardSocketOptions.SO_SNDBUF) {
                end.sendBuffer = (Integer) value;
            } else if (option == StandardSocketOptions.SO_RCVBUF) {
                end.receiveBuffer = (Integer) value;
            }
            network.after(Call.Kind.SET_OPTION, logName(), Call.NOTHING, option.name() + " " + value, false);
            return this;
        });
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
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isConnectionPending() {
        return remote != null && !connected;
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return connected ? remote : null;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return connected ? address(end.port) : null;
    }

    @Override
    protected void implConfigureBlocking(boolean block) {}

    @Override
    public Network network() {
        return network;
    }

    @Override
    public String logName() {
        return end.name;
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
        throw network.unsupported("bind() of a SocketChannel");
    }

    @Override
    public Socket socket() {
        throw network.unsupported("socket() of a SocketChannel");
    }

    private void ensureConnected() throws ClosedChannelException {
        ensureOpen();
        if (!connected) {
            throw new NotYetConnectedException();
        }
    }
}
