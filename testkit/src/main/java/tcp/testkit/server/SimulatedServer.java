package tcp.testkit.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tcp.simulation.Network;
import tcp.simulation.Peer;
import tcp.simulation.SimulationClassLoader;
import tcp.testkit.client.Client;
import tcp.testkit.client.Transport;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.system.Machine;

/**
 * A server on a network of its own in memory. Whatever a client does, the server has done all
 * that it can by the time the client goes on; so that nothing comes is known at once, and so is
 * a send that is not taken. Its clients are to be used from one thread.
 */
public final class SimulatedServer extends RunningServer {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Duration TICK = Duration.ofMillis(10);
    private static final int LONG = 500; // ticks

    private final Network network = new Network();
    private final SimulationClassLoader loader;
    private final AutoCloseable server;
    private final InetSocketAddress address;
    private final Thread loop;
    private boolean closed;

    private SimulatedServer(ClassLoader classes) {
        loader = new SimulationClassLoader(network, name -> classFile(classes, name));
        try {
            Class<?> type = loader.loadClass("tcp.Server");
            var constructor = type.getConstructor(int.class);
            server = (AutoCloseable) call(Kind.DOES_NOT_START, "constructor", () -> constructor.newInstance(0));
            var port = type.getMethod("port");
            int number = (int) call(Kind.DOES_NOT_START, "port()", () -> port.invoke(server));
            // A name that no socket can connect to.
            address = InetSocketAddress.createUnresolved("simulated-" + COUNT.incrementAndGet(), number);
            Transport.OTHERS.put(address, limit -> new Connection(connect(number)));
            var run = type.getMethod("run");
            loop = network.start(() -> InProcessServer.invoke(run, server));
        } catch (ReflectiveOperationException e) {
            throw new ServerFault(Kind.DOES_NOT_START, "There is no such server: " + e, "", e);
        } catch (ServerFault e) {
            abortIfNotSimulated(e.getCause());
            throw e;
        }
    }

    /** A client that takes only what it is asked to; before the server sees it, or it may have taken the first bytes. */
    private Peer connect(int port) {
        synchronized (network) {
            return network.connect(port).stopReading();
        }
    }

    /** Calls a method of the server's in a thread of its own, which it may keep for ever. */
    private static Object call(Kind late, String name, Callable<Object> method) {
        return InProcessServer.finish(late, start(name, method));
    }

    private static InProcessServer.Running start(String name, Callable<Object> method) {
        FutureTask<Object> task = new FutureTask<>(method);
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return new InProcessServer.Running(name, thread, task);
    }

    private void abortIfNotSimulated(Throwable thrown) {
        List<String> used = network.notSimulated();
        Machine.assume(used.isEmpty(), () -> "it uses what is not simulated: " + String.join(", ", used));
        Machine.assume(
                !(thrown instanceof UnsupportedOperationException),
                () -> "it uses what is not simulated: " + thrown.getMessage());
    }

    /** Starts the class tcp.Server of this loader. */
    public static SimulatedServer start(ClassLoader classes) {
        return new SimulatedServer(classes);
    }

    private static byte[] classFile(ClassLoader classes, String name) {
        if (name.lastIndexOf('.') != 3 || !name.startsWith("tcp.")) {
            return null; // not the server's
        }
        try (InputStream in = classes.getResourceAsStream(name.replace('.', '/') + ".class")) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The network, for a test that wants to decide what it does. */
    public Network network() {
        return network;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public List<String> out() {
        return loader.printed().lines().toList();
    }

    @Override
    public List<String> err() {
        return loader.printedErrors().lines().toList();
    }

    @Override
    public Duration cpuTime() {
        return Assumptions.abort("time on the simulated network is not that of a CPU");
    }

    /** Aborts the test if the server has used what is not simulated: then nothing can be told. */
    @Override
    Optional<ServerFault> fault() {
        abortIfNotSimulated(network.failure());
        if (network.spinning() != null) {
            return Optional.of(new ServerFault(Kind.SPINS, "The server is busy with nothing: " + network.spinning()));
        }
        Throwable failure = network.failure();
        if (failure != null) {
            return Optional.of(InProcessServer.ended(Kind.LOOP_ENDED, "run()", failure));
        }
        return network.hasEnded() && !closed
                ? Optional.of(new ServerFault(Kind.LOOP_ENDED, "The server's run() returned, though nobody closed it."))
                : Optional.empty();
    }

    /** Whether it sleeps, and not in select(): time that the loop has for nobody. */
    @Override
    Optional<ServerFault> look() {
        return network.isInThreadSleep(loop)
                ? Optional.of(InProcessServer.stuck(Kind.STUCK_IN_HANDLER, "The server's loop sleeps.", loop))
                : Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
        Transport.OTHERS.remove(address);
        var close = start("close()", () -> {
            server.close();
            return null;
        });
        if (!awaitWithTime(() -> close.task().isDone(), close.thread(), loop)) {
            throw look().orElseGet(() ->
                    InProcessServer.stuck(Kind.DOES_NOT_END, "The server's close() does not return.", close.thread()));
        }
        InProcessServer.finish(Kind.DOES_NOT_END, close);
    }

    /** Waits until this holds, while time goes on, or those who could bring it about have long been asleep. */
    private boolean awaitWithTime(BooleanSupplier condition, Thread... working) {
        int[] asleep = {0};
        await(Client.patience(), () -> {
            network.advance(TICK.toNanos());
            boolean works = Stream.of(working).anyMatch(thread -> thread.getState() == Thread.State.RUNNABLE);
            asleep[0] = works ? 0 : asleep[0] + 1;
            return asleep[0] > LONG || condition.getAsBoolean();
        });
        return condition.getAsBoolean();
    }

    @Override
    public void awaitEnd() {
        if (!awaitWithTime(network::hasEnded, loop)) {
            throw look().orElseGet(() ->
                    InProcessServer.stuck(Kind.DOES_NOT_END, "The server's run() does not return.", loop));
        }
        fault().ifPresent(fault -> {
            throw fault;
        });
    }

    @Override
    boolean awaitPrinted(BooleanSupplier condition) {
        try {
            settle();
        } catch (IOException e) {
            // it has printed what it has printed
        }
        return condition.getAsBoolean();
    }

    private void settle() throws IOException {
        try {
            network.awaitQuiet();
        } catch (IllegalStateException e) {
            throw new SocketTimeoutException(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** A client's end. */
    private final class Connection implements Transport.Connection {
        private final Peer peer;
        private int read;

        Connection(Peer peer) throws IOException {
            this.peer = peer;
            if (peer.isRefused()) {
                throw new ConnectException("Connection refused");
            }
            settle();
        }

        @Override
        public void write(byte[] bytes, Duration limit) throws IOException {
            check();
            peer.send(bytes);
            settle();
            if (peer.unsent() > 0 && !peer.isReset()) {
                pause(limit);
                if (peer.unsent() > 0) {
                    throw new SocketTimeoutException("write timed out");
                }
            }
        }

        @Override
        public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
            settle();
            for (Duration waited = Duration.ZERO; peer.untaken() == 0; waited = waited.plus(TICK)) {
                if (peer.isAtEnd()) {
                    return -1;
                }
                check();
                if (waited.compareTo(limit) >= 0) {
                    throw new SocketTimeoutException("Read timed out");
                }
                tick();
            }
            int n = peer.take(length);
            System.arraycopy(peer.received(), read, into, offset, n);
            read += n;
            return n;
        }

        private void check() throws IOException {
            if (peer.isReset()) {
                throw new SocketException("Connection reset");
            }
        }

        private void tick() throws IOException {
            network.advance(TICK.toNanos());
            settle();
        }

        @Override
        public void shutdownOutput() throws IOException {
            check();
            peer.shutdownOutput();
            settle();
        }

        @Override
        public void reset() throws IOException {
            peer.reset();
            settle();
        }

        @Override
        public void pause(Duration time) {
            try {
                for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(TICK)) {
                    tick();
                }
            } catch (IOException ignored) { // the next call will say it
            }
        }

        @Override
        public InetSocketAddress address() {
            try { // without a name, as a server sees it
                return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), peer.port());
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() throws IOException {
            peer.close();
            settle();
        }
    }
}
