package tcp.testkit.server;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tcp.testkit.client.Client;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.system.Machine;

/**
 * A server in this process, whose loop can be looked at: made with {@code new tcp.Server(0)},
 * and run in a thread of its own. All that it calls runs in threads of one group, and what
 * they print is caught.
 */
public final class InProcessServer extends RunningServer {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int KEPT = 1 << 20; // bytes printed; a server under load prints more

    private final Group group = new Group();
    private final PrintStream stdout = System.out;
    private final PrintStream stderr = System.err;
    private final Caught out = new Caught(stdout);
    private final Caught err = new Caught(stderr);
    private final Class<?> type;
    private final AutoCloseable server;
    private final int port;
    private Running run;
    private boolean closed;
    private volatile Runnable whenRunEnds = () -> {};

    /** A call of the server's, in a thread of its own. */
    record Running(String method, Thread thread, FutureTask<Object> task) {}

    private InProcessServer(ClassLoader loader) {
        System.setOut(new PrintStream(out, true));
        System.setErr(new PrintStream(err, true));
        try {
            type = Class.forName("tcp.Server", false, loader);
            var constructor = type.getConstructor(int.class);
            server = (AutoCloseable) finish(Kind.DOES_NOT_START, call("constructor", () -> constructor.newInstance(0)));
            port = (int) finish(Kind.DOES_NOT_START, call("port()", method("port")));
        } catch (ReflectiveOperationException e) {
            restore();
            throw new ServerFault(Kind.DOES_NOT_START, "There is no such server: " + e, "", e);
        } catch (ServerFault e) {
            restore();
            throw e;
        }
        runAgain();
    }

    /** Starts the class tcp.Server of this loader on a free port. */
    public static InProcessServer start(ClassLoader loader) {
        return new InProcessServer(loader);
    }

    private Callable<Object> method(String name) throws NoSuchMethodException {
        Method method = type.getMethod(name);
        return () -> invoke(method, server);
    }

    /** Calls a method without arguments, and throws what it throws. */
    static Object invoke(Method method, Object server) throws Exception {
        try {
            return method.invoke(server);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }

    /** What a constructor or method threw, or why it could not be called. */
    static Throwable cause(Throwable e) {
        return e instanceof InvocationTargetException ? e.getCause() : e;
    }

    private Running call(String method, Callable<Object> action) {
        FutureTask<Object> task = new FutureTask<>(action);
        Thread thread = new Thread(group, task, "server-" + COUNT.incrementAndGet());
        thread.setDaemon(true); // one that does not end must not keep the tests up
        thread.start();
        return new Running(method, thread, task);
    }

    /** Waits for the end of a call. Whatever else happens than a result is a fault. */
    static Object finish(Kind late, Running call) {
        Kind thrown = late == Kind.DOES_NOT_START ? late : Kind.LOOP_ENDED;
        try {
            return call.task.get(Client.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw ended(thrown, call.method, cause(e.getCause()));
        } catch (TimeoutException e) {
            throw stuck(late, "The server's " + call.method + " does not return.", call.thread);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerFault(late, "The wait for the server's " + call.method + " was interrupted.", "", e);
        }
    }

    static ServerFault ended(Kind kind, String method, Throwable cause) {
        String lookAt = kind == Kind.DOES_NOT_START
                ? ""
                : "is what each client does guarded, so that its fault ends its own connection only?";
        return new ServerFault(kind, "An exception ended the server's " + method + ": " + cause, lookAt, cause);
    }

    /** A fault whose cause's stack trace shows where a thread is. */
    static ServerFault stuck(Kind kind, String happened, Thread thread) {
        return stuck(kind, happened, "", thread);
    }

    private static ServerFault stuck(Kind kind, String happened, String lookAt, Thread thread) {
        Throwable place = new Throwable("This is where it is");
        place.setStackTrace(thread.getStackTrace());
        String line = ServerStack.frames(place.getStackTrace())
                .findFirst()
                .map(frame -> "\nIt is in:  " + ServerStack.place(frame))
                .orElse("");
        return new ServerFault(kind, happened + line, lookAt, place);
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** The server itself, an instance of tcp.Server. */
    public AutoCloseable server() {
        return server;
    }

    /** Makes another server of this kind, which does not run. Throws what its constructor throws. */
    public AutoCloseable another(int port) throws Exception {
        try {
            return (AutoCloseable) type.getConstructor(int.class).newInstance(port);
        } catch (InvocationTargetException e) {
            throw cause(e) instanceof Exception thrown ? thrown : e;
        }
    }

    /** Runs the server's loop once more, in a new thread. */
    public void runAgain() {
        try {
            Callable<Object> loop = method("run");
            run = call("run()", () -> {
                try {
                    return loop.call();
                } finally {
                    whenRunEnds.run();
                }
            });
        } catch (NoSuchMethodException e) {
            restore();
            throw new ServerFault(Kind.DOES_NOT_START, "There is no such server: " + e, "", e);
        }
    }

    /** What is to be done at once when run() ends, by the thread that has called it: one that waits for the end wakes up too late. */
    public void whenRunEnds(Runnable action) {
        whenRunEnds = action;
    }

    /** The thread that has called run(). */
    public Thread loop() {
        return run.thread;
    }

    /** Interrupts the loop's thread, as ExecutorService.shutdownNow() does. */
    public void interrupt() {
        closed = true; // it is to end now
        run.thread.interrupt();
    }

    /**
     * Calls the server's close(), from another thread than that of its loop.
     *
     * @throws ServerFault if it throws an exception or does not return
     */
    @Override
    public void close() {
        closed = true;
        try {
            finish(Kind.DOES_NOT_END, call("close()", () -> {
                server.close();
                return null;
            }));
        } finally {
            restore();
        }
    }

    /** Closes it as far as that can be done in a moment: a test has failed already. */
    void abandon() {
        closed = true;
        Running close = call("close()", () -> {
            server.close();
            return null;
        });
        await(Duration.ofMillis(300), () -> close.task.isDone() && run.task.isDone());
        restore();
    }

    private void restore() {
        System.setOut(stdout);
        System.setErr(stderr);
    }

    @Override
    public void awaitEnd() {
        finish(Kind.DOES_NOT_END, run);
    }

    @Override
    Optional<ServerFault> fault() {
        if (group.uncaught != null) {
            return Optional.of(new ServerFault(
                    Kind.THREAD_ENDED,
                    "An exception ended a thread of the server's: " + group.uncaught,
                    "",
                    group.uncaught));
        }
        if (!run.task.isDone()) {
            return Optional.empty();
        }
        try {
            run.task.get();
        } catch (ExecutionException e) {
            return Optional.of(ended(Kind.LOOP_ENDED, run.method, e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return closed
                ? Optional.empty()
                : Optional.of(
                        new ServerFault(Kind.LOOP_ENDED, "The server's run() returned, though nobody closed it."));
    }

    @Override
    Optional<ServerFault> look() {
        Map<Thread, Duration> before = cpuTimes();
        Duration total = cpuTime();
        boolean waits = await(Duration.ofMillis(200), () -> ServerStack.isInSelect(run.thread.getStackTrace()));
        if (!waits) {
            return Optional.of(stuck(Kind.STUCK_IN_HANDLER, "The server's loop stays in a handler.", run.thread));
        }
        // A loop that waits uses nothing; one that spins gets its share even where many want the CPU.
        boolean spins =
                await(Duration.ofMillis(500), () -> cpuTime().minus(total).toMillis() >= 20);
        return spins ? busy(before, Duration.ofMillis(5), "") : Optional.empty();
    }

    /**
     * Looks which thread has been busy.
     *
     * @param before what {@link #cpuTimes} was
     * @param limit how much CPU time is too much
     * @param lookAt what may be wrong if it is the loop, or ""
     */
    Optional<ServerFault> busy(Map<Thread, Duration> before, Duration limit, String lookAt) {
        Map<Thread, Duration> used = cpuTimes();
        used.replaceAll((thread, time) -> time.minus(before.getOrDefault(thread, Duration.ZERO)));
        return used.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .filter(most -> most.getValue().compareTo(limit) >= 0)
                .map(most -> {
                    boolean isLoop = most.getKey() == run.thread;
                    return stuck(
                            isLoop ? Kind.SPINS : Kind.THREAD_SPINS,
                            "%s used %d ms of CPU while nothing happened."
                                    .formatted(
                                            isLoop
                                                    ? "The loop"
                                                    : "The thread "
                                                            + most.getKey().getName(),
                                            most.getValue().toMillis()),
                            isLoop ? lookAt : "",
                            most.getKey());
                });
    }

    /** CPU time that all threads of the server have used so far, but those that have ended. */
    @Override
    public Duration cpuTime() {
        return cpuTimes().values().stream().reduce(Duration.ZERO, Duration::plus);
    }

    /** The same for each of those threads. */
    public Map<Thread, Duration> cpuTimes() {
        return threads()
                .collect(Collectors.toMap(
                        Function.identity(),
                        thread -> Duration.ofNanos(Math.max(0, THREADS.getThreadCpuTime(thread.getId())))));
    }

    private Stream<Thread> threads() {
        Thread[] threads = new Thread[group.activeCount() + 10];
        return Arrays.stream(threads, 0, group.enumerate(threads));
    }

    /** Bytes that the loop's thread has allocated on the heap so far, garbage included. */
    public long allocatedBytes() {
        return THREADS.getThreadAllocatedBytes(run.thread.getId());
    }

    /** How often the server's threads went to sleep so far. Skips the test but on Linux. */
    public long timesAsleep() {
        return Machine.voluntarySwitches(threads().map(Thread::getName).collect(Collectors.toSet()));
    }

    /** Holds the server up when it prints the next time, until close(). */
    public Held holdWhenItPrints() {
        Held held = new Held();
        out.held = held;
        return held;
    }

    /** A server that is held up while it prints. */
    public static final class Held implements AutoCloseable {
        private final CountDownLatch printing = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        /** Waits until it is held up. */
        public void await() {
            await(printing);
        }

        private static void await(CountDownLatch latch) {
            try {
                if (!latch.await(Client.patience().toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("The server was to print something, and did not.");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Override
    public List<String> out() {
        return out.lines();
    }

    @Override
    public List<String> err() {
        return err.lines();
    }

    /** The threads of a server, and what they did not catch. */
    private static final class Group extends ThreadGroup {
        private volatile Throwable uncaught;

        Group() {
            super("server");
        }

        @Override
        public void uncaughtException(Thread thread, Throwable e) {
            uncaught = e;
            super.uncaughtException(thread, e);
        }
    }

    /** Keeps what the server's threads print, and passes on what others do. */
    private final class Caught extends OutputStream {
        private final ByteArrayOutputStream kept =
                new ByteArrayOutputStream(KEPT); // does not grow with what is printed
        private final OutputStream others;
        private volatile Held held;

        Caught(OutputStream others) {
            this.others = others;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!group.parentOf(Thread.currentThread().getThreadGroup())) {
                others.write(bytes, offset, length);
            } else {
                if (held != null) {
                    held.printing.countDown();
                    Held.await(held.closed);
                }
                synchronized (kept) {
                    kept.write(bytes, offset, Math.min(length, KEPT - kept.size()));
                }
            }
        }

        List<String> lines() {
            synchronized (kept) {
                String text = kept.toString(StandardCharsets.UTF_8);
                return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList(); // whole ones
            }
        }
    }
}
