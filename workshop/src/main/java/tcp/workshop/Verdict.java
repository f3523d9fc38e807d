package tcp.workshop;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import tcp.testkit.Client;

/** Tries promises one after the other, up to the first that is not kept. */
final class Verdict {
    /** How long one promise may take before it counts as stuck. */
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** A loop that used so much while a client waited 5 s in vain is not idle. */
    private static final Duration BUSY = Duration.ofMillis(300);

    private final PrintStream out;
    private final List<String> kept = new ArrayList<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();
    private Failure failure;

    private Verdict(PrintStream out) {
        this.out = out;
    }

    /**
     * Tries the promises of an exercise on a learner's server.
     *
     * @param out where to say what holds, a line a promise
     */
    static Verdict of(Exercise exercise, LearnersServer server, Path source, Path classes, PrintStream out) {
        System.setProperty("tcp.source", source.toString());
        System.setProperty("tcp.classes", classes.toString());
        List<Class<?>> tests = new ArrayList<>();
        for (String name : exercise.promises()) {
            try {
                tests.add(server.loadClass(name));
            } catch (ClassNotFoundException e) {
                throw new Trouble("The promises of " + exercise.name() + " are not there."
                        + " Build the workshop again, as its README says.");
            }
        }
        return of(exercise, tests, out);
    }

    /** Tries those promises of an exercise that these test classes have. */
    static Verdict of(Exercise exercise, List<Class<?>> tests, PrintStream out) {
        Verdict verdict = new Verdict(out);
        PrintStream err = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        try {
            verdict.run(inOrder(exercise, tests));
        } finally {
            System.setErr(err);
        }
        return verdict;
    }

    /** The test methods of these classes, in the exercise's order, without those left. */
    static List<Promise> inOrder(Exercise exercise, List<Class<?>> tests) {
        List<Promise> promises = new ArrayList<>();
        for (Class<?> test : tests) {
            ReflectionSupport.findMethods(
                            test,
                            m -> AnnotationSupport.isAnnotated(m, Testable.class),
                            HierarchyTraversalMode.TOP_DOWN)
                    .stream()
                    .sorted(Comparator.comparing(Method::getName))
                    .filter(m -> !exercise.left().contains(m.getName()))
                    .forEach(m -> promises.add(new Promise(test, m)));
        }
        List<String> order = exercise.order();
        promises.sort(Comparator.comparingInt(promise -> {
            int place = order.indexOf(promise.method().getName());
            return place == -1 ? order.size() : place;
        }));
        return promises;
    }

    /** A test method, in the class that is to run it. */
    record Promise(Class<?> test, Method method) {}

    private void run(List<Promise> promises) {
        Launcher launcher = LauncherFactory.create();
        for (Promise promise : promises) {
            run(launcher, promise);
            if (failure != null) {
                return;
            }
        }
    }

    private void run(Launcher launcher, Promise promise) {
        String name = promise.method().getName();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectMethod(promise.test(), promise.method()))
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .build();
        Run run = new Run();
        Thread thread = new Thread(
                () -> {
                    try {
                        launcher.execute(request, run);
                        run.over.complete(null);
                    } catch (Throwable e) {
                        run.over.completeExceptionally(e);
                    }
                },
                "promise");
        thread.setDaemon(true);
        thread.start();
        Throwable cause = null;
        boolean stuck = false;
        int blocked = 0; // seconds in which a send did not end
        for (int second = 0; !run.over.isDone() && !stuck; second++) {
            try {
                run.over.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                blocked = isSending(thread) ? blocked + 1 : 0;
                stuck = blocked > Client.PATIENCE.toSeconds() || second >= LIMIT.toSeconds();
            } catch (ExecutionException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (!stuck) {
            cause = run.over.join();
        }
        if (stuck || cause != null) {
            failure = Failure.of(
                    name,
                    cause,
                    (stuck ? cpuTimeNow() : Witness.cpuTime()).compareTo(BUSY) > 0,
                    Witness.place() == null ? placeNow() : Witness.place());
            out.println("  BROKEN   " + words(name) + run.which);
        } else if (run.skipped != null || run.passed == 0) {
            String why = run.skipped == null ? "no such test ran" : run.skipped;
            skipped.put(name, why);
            out.println("  SKIPPED  " + words(name) + ": " + why);
        } else {
            kept.add(name);
            out.println("  holds    " + words(name));
        }
    }

    private static String placeNow() {
        try {
            return Witness.placeNow();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the client of this test waits for the server to take what it sends. */
    private static boolean isSending(Thread test) {
        return Stream.of(test.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(Client.class.getName())
                        && frame.getMethodName().equals("send"));
    }

    /** CPU time of the loop's thread, which ServerExtension calls "server". */
    private static Duration cpuTimeNow() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("server"))
                .map(thread ->
                        Duration.ofNanos(ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId())))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** answersPipelinedRequests: answers pipelined requests. */
    static String words(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase();
    }

    /** Listens to one promise, which may be tried several times with other values. */
    private static final class Run implements TestExecutionListener {
        private final CompletableFuture<Throwable> over = new CompletableFuture<>();
        private volatile int passed;
        private volatile String skipped;
        private volatile String which = "";

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            skipped = reason;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            switch (result.getStatus()) {
                case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
                case ABORTED ->
                    skipped = result.getThrowable()
                            .map(Throwable::getMessage)
                            .orElse("aborted")
                            .replaceFirst("^Assumption failed: ", "");
                // The rest of its tries need not be waited for.
                case FAILED -> {
                    String name = test.getDisplayName();
                    if (!over.isDone()) {
                        which = test.isTest() && name.startsWith("[")
                                ? name.replaceFirst("\\[\\d+] ", " (with ") + ")"
                                : "";
                    }
                    over.complete(result.getThrowable().orElseThrow());
                }
            }
        }
    }

    /** The names of the promises that hold, in order. */
    List<String> kept() {
        return kept;
    }

    /** The promises that could not be tried on this machine, and why. */
    Map<String, String> skipped() {
        return skipped;
    }

    /** The first promise that is not kept, or null. */
    Failure failure() {
        return failure;
    }
}
