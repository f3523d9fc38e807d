package tcp.simulation;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;

/**
 * What a server's calls lead to when a {@link SimulationClassLoader} has loaded it; not for other code. Every member
 * stands for the one of that name in java.lang, and openSelector() for Selector.open() and so on.
 */
public final class ServerSystem {
    // Each loader defines this class again, so each server has its own.
    private static final SimulationClassLoader LOADER = (SimulationClassLoader) ServerSystem.class.getClassLoader();

    public static final PrintStream out = LOADER.stream(false);

    public static final PrintStream err = LOADER.stream(true);

    private ServerSystem() {}

    public static SelectorProvider provider() {
        return LOADER.network().provider();
    }

    public static Selector openSelector() throws IOException {
        return provider().openSelector();
    }

    public static ServerSocketChannel openServerSocketChannel() throws IOException {
        return provider().openServerSocketChannel();
    }

    public static ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return provider().openServerSocketChannel(family);
    }

    public static SocketChannel openSocketChannel() throws IOException {
        return provider().openSocketChannel();
    }

    public static SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return provider().openSocketChannel(family);
    }

    public static SocketChannel openSocketChannel(SocketAddress remote) throws IOException {
        SocketChannel channel = openSocketChannel();
        channel.connect(remote);
        return channel;
    }

    public static DatagramChannel openDatagramChannel() throws IOException {
        return provider().openDatagramChannel();
    }

    public static DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return provider().openDatagramChannel(family);
    }

    public static Pipe openPipe() throws IOException {
        return provider().openPipe();
    }

    public static long nanoTime() {
        return LOADER.network().now();
    }

    /** As System.currentTimeMillis(): the network's clock starts on 1 January 2026. */
    public static long currentTimeMillis() {
        return 1_767_225_600_000L + LOADER.network().now() / 1_000_000;
    }

    public static void sleep(long millis) throws InterruptedException {
        LOADER.network().sleep(millis * 1_000_000);
    }

    public static void sleep(long millis, int nanos) throws InterruptedException {
        LOADER.network().sleep(millis * 1_000_000 + nanos);
    }

    public static void sleep(Duration duration) throws InterruptedException {
        LOADER.network().sleep(duration.toNanos());
    }

    /** As System.exit(status), but only this thread ends. */
    public static void exit(int status) {
        LOADER.exit(status);
    }

    /** What stands for java.lang.Runtime. */
    public static final class Runtime {
        private static final Runtime ONE = new Runtime();
        private static final java.lang.Runtime REAL = java.lang.Runtime.getRuntime();

        private Runtime() {}

        public static Runtime getRuntime() {
            return ONE;
        }

        /** Keeps the hook, for the test to start. */
        public void addShutdownHook(Thread hook) {
            LOADER.shutdownHooks().add(hook);
        }

        public boolean removeShutdownHook(Thread hook) {
            return LOADER.shutdownHooks().remove(hook);
        }

        public void exit(int status) {
            LOADER.exit(status);
        }

        /** As System.exit(status), but a real one would run no hooks. */
        public void halt(int status) {
            LOADER.exit(status);
        }

        public int availableProcessors() {
            return REAL.availableProcessors();
        }

        public long maxMemory() {
            return REAL.maxMemory();
        }

        public long totalMemory() {
            return REAL.totalMemory();
        }

        public long freeMemory() {
            return REAL.freeMemory();
        }

        public void gc() {
            REAL.gc();
        }
    }
}
