package tcp.testkit;

import com.sun.management.ThreadMXBean;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension that starts a server on a free port, in a thread of its own, before
 * each test, and stops it afterwards. If an exception has ended the server's loop by
 * then, the test fails and shows it. What the server prints is thrown away.
 *
 * <p>The steps' servers share no type, on purpose, so the extension is told how to start
 * one, where it listens and how to run it:
 *
 * <pre>
 * &#64;RegisterExtension
 * final ServerExtension&lt;Server&gt; server =
 *         new ServerExtension&lt;&gt;(() -&gt; new Server(0), Server::port, Server::run);
 * </pre>
 */
public final class ServerExtension<S extends AutoCloseable> implements BeforeEachCallback, AfterEachCallback {
    /** The server's loop: returns when the server was closed. */
    public interface Loop<S> {
        void run(S server) throws Exception;
    }

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Callable<S> starter;
    private final ToIntFunction<S> port;
    private final Loop<S> loop;
    private S server;
    private FutureTask<Void> run;
    private Thread thread;
    private PrintStream out;

    public ServerExtension(Callable<S> starter, ToIntFunction<S> port, Loop<S> loop) {
        this.starter = starter;
        this.port = port;
        this.loop = loop;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        server = starter.call();
        start();
    }

    private void start() {
        run = new FutureTask<>(() -> {
            loop.run(server);
            return null;
        });
        thread = new Thread(run, "server");
        thread.setDaemon(true); // a loop that does not end must not keep the tests up
        thread.start();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            close();
            awaitEnd();
        } finally {
            System.setOut(out);
        }
    }

    /** Where the server listens: its port on 127.0.0.1. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port.applyAsInt(server));
    }

    /**
     * Calls the server's close(), from another thread than that of its loop.
     *
     * @throws AssertionError if close() throws, or does not return
     */
    public void close() throws InterruptedException {
        FutureTask<Void> close = new FutureTask<>(() -> {
            server.close();
            return null;
        });
        Thread closer = new Thread(close, "close");
        closer.setDaemon(true);
        closer.start();
        await(close, "close()", "does close() wait for a loop that nothing wakes up?", closer);
    }

    /** Runs the server's loop once more, in a new thread. */
    public void runAgain() {
        start();
    }

    /**
     * Waits until run() has ended.
     *
     * @throws AssertionError if it ended with an exception, or does not end
     */
    public void awaitEnd() throws InterruptedException {
        await(
                run,
                "run()",
                "does close() wake up the select(), and does the loop then see" + " that it is to end?",
                thread);
    }

    private static void await(FutureTask<Void> task, String method, String lookAt, Thread thread)
            throws InterruptedException {
        try {
            task.get(Client.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(
                    "An exception ended the server's " + method + ": "
                            + e.getCause()
                            + "\nLook at:   is what each client does guarded, so that"
                            + " its fault ends its own connection only?",
                    e.getCause());
        } catch (TimeoutException e) {
            var error = new AssertionError(
                    "The server's " + method + " does not end." + "\nLook at:   " + lookAt + " Its thread is here:");
            error.setStackTrace(thread.getStackTrace());
            throw error;
        }
    }

    /** CPU time that the loop's thread has used so far. */
    public Duration cpuTime() {
        return Duration.ofNanos(THREADS.getThreadCpuTime(thread.getId()));
    }

    /**
     * Bytes that the loop's thread has allocated on the heap so far, garbage included.
     */
    public long allocatedBytes() {
        return THREADS.getThreadAllocatedBytes(thread.getId());
    }
}
