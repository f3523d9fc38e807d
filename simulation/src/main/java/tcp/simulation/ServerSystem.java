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

/** What a server's calls lead to when a {@link SimulationClassLoader} has loaded it: not for other code. */
public final class ServerSystem {
    // Each loader defines this class again, so each server has its own.
    private static final SimulationClassLoader LOADER = (SimulationClassLoader) ServerSystem.class.getClassLoader();

    /** As System.out. */
    public static final PrintStream out = LOADER.stream(false);

    /** As System.err. */
    public static final PrintStream err = LOADER.stream(true);

    private ServerSystem() {}

    /** As SelectorProvider.provider(). */
    public static SelectorProvider provider() {
        return LOADER.network().provider();
    }

    /** As Selector.open(). */
    public static Selector openSelector() throws IOException {
        return provider().openSelector();
    }

    /** As ServerSocketChannel.open(). */
    public static ServerSocketChannel openServerSocketChannel() throws IOException {
        return provider().openServerSocketChannel();
    }

    /** As ServerSocketChannel.open(family). */
    public static ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return provider().openServerSocketChannel(family);
    }

    /** As SocketChannel.open(). */
    public static SocketChannel openSocketChannel() throws IOException {
        return provider().openSocketChannel();
    }

    /** As SocketChannel.open(family). */
    public static SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return provider().openSocketChannel(family);
    }

    /** As SocketChannel.open(remote): connects. */
    public static SocketChannel openSocketChannel(SocketAddress remote) throws IOException {
        SocketChannel channel = openSocketChannel();
        channel.connect(remote);
        return channel;
    }

    /** As DatagramChannel.open(): not simulated. */
    public static DatagramChannel openDatagramChannel() throws IOException {
        return provider().openDatagramChannel();
    }

    /** As Pipe.open(): not simulated. */
    public static Pipe openPipe() throws IOException {
        return provider().openPipe();
    }

    /** As System.nanoTime(). */
    public static long nanoTime() {
        return LOADER.network().now();
    }

    /** As System.currentTimeMillis(): the network's clock starts on 1 January 2026. */
    public static long currentTimeMillis() {
        return 1_767_225_600_000L + LOADER.network().now() / 1_000_000;
    }

    /** As Thread.sleep(millis). */
    public static void sleep(long millis) throws InterruptedException {
        LOADER.network().sleep(millis * 1_000_000);
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

        /** As Runtime.getRuntime(). */
        public static Runtime getRuntime() {
            return ONE;
        }

        /** Keeps the hook, for the test to start. */
        public void addShutdownHook(Thread hook) {
            LOADER.shutdownHooks().add(hook);
        }

        /** As Runtime's. */
        public boolean removeShutdownHook(Thread hook) {
            return LOADER.shutdownHooks().remove(hook);
        }

        /** As System.exit(status). */
        public void exit(int status) {
            LOADER.exit(status);
        }

        /** As System.exit(status), but a real one would run no hooks. */
        public void halt(int status) {
            LOADER.exit(status);
        }

        /** As Runtime's. */
        public int availableProcessors() {
            return REAL.availableProcessors();
        }

        /** As Runtime's. */
        public long maxMemory() {
            return REAL.maxMemory();
        }

        /** As Runtime's. */
        public long totalMemory() {
            return REAL.totalMemory();
        }

        /** As Runtime's. */
        public long freeMemory() {
            return REAL.freeMemory();
        }

        /** As Runtime's. */
        public void gc() {
            REAL.gc();
        }
    }
}
