package tcp.testkit.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** A plain blocking socket. */
final class SocketConnection implements Transport.Connection {
    private static final ScheduledThreadPoolExecutor WATCH = watch();

    private final Socket socket = new Socket();

    SocketConnection(InetSocketAddress address, Duration limit) throws IOException {
        try {
            // Before connecting: macOS refuses options once the server has hung up.
            socket.setTcpNoDelay(true); // each write() leaves at once, as its own piece
            socket.connect(address, (int) limit.toMillis());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static ScheduledThreadPoolExecutor watch() {
        var watch = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "testkit: time limit");
            thread.setDaemon(true);
            return thread;
        });
        watch.setRemoveOnCancelPolicy(true);
        return watch;
    }

    @Override
    public void write(byte[] bytes, Duration limit) throws IOException {
        AtomicBoolean late = new AtomicBoolean();
        // A blocked write has no timeout of its own. Closing the socket ends it.
        var closing = WATCH.schedule(
                () -> {
                    late.set(true);
                    socket.close();
                    return null;
                },
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw late.get() ? new SocketTimeoutException("write timed out") : e;
        } finally {
            closing.cancel(false);
        }
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
        int millis = (int) Math.max(1, limit.toMillis()); // 0 would mean no limit
        if (socket.getSoTimeout() != millis) {
            socket.setSoTimeout(millis);
        }
        return socket.getInputStream().read(into, offset, length);
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void reset() throws IOException {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException ignored) { // the server has ended it already; only close it
        }
        socket.close();
    }

    @Override
    public void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
