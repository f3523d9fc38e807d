package tcp.workshop;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static tcp.workshop.CheckProcess.C1_ONLY;
import static tcp.workshop.CheckProcess.SERIAL_GC;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.opentest4j.TestAbortedException;
import tcp.simulation.story.Exploration;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.server.ServerProgram;
import tcp.testkit.server.ServerStack;
import tcp.testkit.system.Folders;
import tcp.testkit.system.Machine;
import tcp.testkit.system.Programs;
import tcp.testkit.system.UserError;
import tcp.workshop.CheckProcess.Event;

/**
 * Tries the requirements of an exercise on a server, one after the other, up to the first
 * that is not met. This is the other side of {@link CheckProcess}, which says on standard
 * input what to check; the answers go to standard output.
 */
final class Checker implements TestExecutionListener {
    /** How long one requirement may take, in tenths of a second: much more than it does. */
    private static final int LIMIT = 80;

    private static final String STORIES = "keepsItsContractInEveryStory";
    /** The same on the simulated network, where nothing is waited for. */
    private static final int SIMULATED_LIMIT = 60;

    private static final PrintStream EVENTS =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    private volatile CancellationToken token;
    private final BlockingQueue<Optional<Failure>> end = new LinkedBlockingQueue<>();
    private final Map<String, String> skipped = new LinkedHashMap<>(); // why, by method
    private final Set<String> met = new LinkedHashSet<>();
    private final Exercise exercise;
    private final List<Exercise> all;
    private final String target;
    private final ClassLoader loader;
    private final Map<String, byte[]> classes;
    private volatile Thread tests;
    private TestPlan plan;
    private ServerProgram program; // to be started with the next tests
    private volatile boolean simulated;
    private boolean allTold; // all stories have been played, and none has failed
    private volatile String trying = "";
    private volatile int tenths; // of a second since then

    /**
     * @param target where the server runs, as HOST:PORT; null: it is in the class loader
     */
    private Checker(
            Exercise exercise, List<Exercise> all, String target, ClassLoader loader, Map<String, byte[]> classes) {
        this.exercise = exercise;
        this.all = all;
        this.target = target;
        this.loader = loader;
        this.classes = classes;
    }

    public static void main(String[] args) throws Exception {
        Locale.setDefault(Locale.ROOT);
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        System.setOut(nowhere); // what a server prints must not answer for us
        System.setErr(nowhere);
        Runtime.getRuntime().addShutdownHook(new Thread(Checker::exits));
        BlockingQueue<String> requests = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(requests));
        reader.setDaemon(true);
        reader.start();
        new Thread(Checker::warmUp).start();
        Thread clock = new Thread(Checker::tellThatItLives);
        clock.setDaemon(true);
        clock.start();
        boolean clean = true;
        while (clean) {
            String[] request = requests.take().split("\t", -1);
            try {
                Path project = Path.of(request[0]);
                clean = check(project, Exercise.named(request[1], project), Path.of(request[2]), request[3]);
            } catch (UserError e) {
                event(Event.ERROR, e.getMessage());
            } catch (IOException e) {
                event(Event.ERROR, "Cannot check it: %s (%s)".formatted(e.getMessage(), Workspace.reason(e)));
            } catch (RuntimeException e) {
                event(Event.ERROR, "This is a fault of the workshop's, not of your server: " + e);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** Loads what a check needs, while the first request is still to come. */
    private static void warmUp() {
        LauncherFactory.create()
                .discover(LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClass(StoryFailure.class))
                        .build());
    }

    /** Reads requests. When there is nobody any more who asks, all ends. */
    private static void read(BlockingQueue<String> requests) {
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            in.lines().forEach(requests::add);
        } catch (IOException e) {
            // the same as the end
        }
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        Runtime.getRuntime().halt(0);
    }

    private static void tellThatItLives() {
        String full = Event.FULL.toString(); // made while there is memory for it
        int busy = 0; // for how many seconds nearly all time has gone into garbage collection
        long before = collectionTime();
        while (true) {
            pause(1_000);
            try {
                long now = collectionTime();
                busy = now - before > 700 && isFull() ? busy + 1 : 0;
                before = now;
                event(busy < 2 ? Event.LIVES : Event.FULL);
            } catch (OutOfMemoryError e) {
                EVENTS.println(full);
            }
        }
    }

    /** Whether the last garbage collection freed hardly anything. */
    private static boolean isFull() {
        return Machine.heapAfterCollection() > Runtime.getRuntime().maxMemory() / 10 * 9;
    }

    /** How long this process has collected garbage, in ms. */
    private static long collectionTime() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private static void event(Event event, Object... parts) {
        EVENTS.println(event
                + Arrays.stream(parts)
                        .map(part -> "\t"
                                + String.valueOf(part)
                                        .replace("\\", "\\\\")
                                        .replace("\t", "\\t")
                                        .replace("\r", "\\r")
                                        .replace("\n", "\\n"))
                        .collect(Collectors.joining()));
    }

    /** Sees to it that the requirements of an exercise are there, and says if they are not those of today. */
    private static void requireTests(Exercise exercise) throws IOException {
        boolean some =
                ReflectionSupport.findAllClassesInPackage(exercise.requirements(), type -> true, name -> true).stream()
                        .flatMap(type -> ReflectionSupport.streamMethods(
                                type,
                                it -> AnnotationSupport.isAnnotated(it, Testable.class),
                                HierarchyTraversalMode.TOP_DOWN))
                        .findAny()
                        .isPresent();
        if (!some) {
            throw new UserError("""
                    There are no requirements for %s: no test is in the package %s. Is that the package of its test \
                    class? If it is new, build it: %s""".formatted(exercise.name(), exercise.requirements(), Report.BUILD));
        }
        Path program = Path.of(URI.create(Checker.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        FileTime built = Files.getLastModifiedTime(program);
        try (Stream<Path> files = Files.list(exercise.folder())) {
            files.filter(file -> Files.isRegularFile(program) && file.toString().endsWith(".java"))
                    .filter(file -> file.toFile().lastModified() > built.toMillis())
                    .forEach(file -> event(
                            Event.TEXT,
                            "  (%s has changed since it was built: %s)\n".formatted(file.getFileName(), Report.BUILD)));
        }
    }

    /** Checks a server. Returns whether nothing of it is left in this process. */
    private static boolean check(Path project, Exercise exercise, Path source, String target) throws IOException {
        requireTests(exercise);
        if (!target.isEmpty()) {
            Checker checker =
                    new Checker(exercise, Exercise.all(project), target, Checker.class.getClassLoader(), Map.of());
            return checker.verdict(checker.fails(Map.of("server", target), "inside | program | simulated | real"));
        }
        Submission submission;
        try {
            String shown = (source.startsWith(project) ? project.relativize(source) : source).toString();
            submission = Submission.compile(source, shown);
        } catch (Submission.Refused e) {
            event(Event.TEXT, "\n" + e.getMessage().indent(2));
            event(Event.END, 1, "does not compile", "", "does-not-compile", true);
            return true;
        }
        Map<String, byte[]> classes = submission.compilation().classes();
        Checker checker = new Checker(exercise, Exercise.all(project), null, submission.loader(), classes);
        Optional<Failure> failure = checker.failsSimulated();
        if (failure.isPresent()) {
            return checker.verdict(failure);
        }
        String told = checker.allTold && !Boolean.getBoolean("thorough") ? " | told" : "";
        Path folder = Files.createTempDirectory("server"); // in the folder that CheckProcess deletes
        try {
            Path jar = folder.resolve("server.jar"); // as from source, no class takes a descriptor when it is needed
            submission.compilation().writeJar(jar);
            var settings = new HashMap<String, String>();
            settings.put("server.classes", jar.toString());
            settings.put("server.source", source.toString());
            settings.put("server.options", C1_ONLY + " " + SERIAL_GC);
            checker.program = new ServerProgram(
                    Programs.JAVA, List.of(C1_ONLY, SERIAL_GC), jar, "tcp.Server", source, jar, new ArrayList<>());
            failure = checker.fails(settings, "simulated | program" + told);
            if (failure.isEmpty()) { // processes of their own, which spend most of their time in starting and waiting
                settings.put("junit.jupiter.execution.parallel.enabled", "true");
                settings.put("junit.jupiter.execution.parallel.config.strategy", "fixed");
                settings.put(
                        "junit.jupiter.execution.parallel.config.fixed.parallelism",
                        Boolean.getBoolean("thorough") ? "3" : "4"); // there, several servers are checked at a time
                failure = checker.fails(settings, "simulated" + told);
            }
            return checker.verdict(failure);
        } finally {
            ServerProcess.closeEarly();
            Folders.delete(folder);
        }
    }

    /** Tries on the simulated network what can be tried there: nothing has to be waited for. */
    private Optional<Failure> failsSimulated() {
        Exploration exploration = exercise.stories() == null ? null : StoryFailure.exploration(exercise, classes);
        CompletableFuture<Optional<StoryFailure>> stories = exploration == null
                ? CompletableFuture.completedFuture(Optional.empty())
                : CompletableFuture.supplyAsync(
                        () -> StoryFailure.find(exploration, exercise, loader), task -> new Thread(task).start());
        simulated = true;
        Optional<Failure> failure = fails(Map.of("server", "simulated"), "inside | program | real | loopback");
        simulated = false;
        if (exploration != null && (failure.isPresent() || !skipped.isEmpty())) {
            exploration.stop();
        }
        if (!skipped.isEmpty()) { // what it uses is not simulated, so a failure may be none
            event(
                    Event.TEXT,
                    "  (tried on real sockets: %s)\n"
                            .formatted(skipped.values().iterator().next()));
            for (int i = 0; i < LIMIT && tests.isAlive(); i++) {
                pause(100);
            }
            end.clear();
            skipped.clear();
            return Optional.empty();
        }
        if (failure.isPresent() || exploration == null) {
            return failure;
        }
        trying = STORIES;
        event(Event.TRIES, trying);
        failure = stories.join().map(story -> new Failure(trying, "", story));
        if (failure.isEmpty()) {
            met(trying);
            allTold = exploration.played() >= StoryFailure.STORIES
                    && exploration.notSimulated().isEmpty();
        }
        return failure;
    }

    /** Tries all but what is known to be met and what has one of these tags. Returns the first failure. */
    private Optional<Failure> fails(Map<String, String> settings, String excludedTags) {
        Set<String> known = Set.copyOf(met);
        token = CancellationToken.create();
        var discovery = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage(exercise.requirements()))
                .filters(TagFilter.excludeTags("stretch | given | container | " + excludedTags))
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(test.getSource()
                        .filter(source ->
                                source instanceof MethodSource method && known.contains(method.getMethodName()))
                        .isEmpty()))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                .configurationParameters(settings)
                .configurationParameter("junit.jupiter.testmethod.order.default", OrderAnnotation.class.getName())
                .configurationParameter("junit.jupiter.params.displayname.default", "{argumentsWithNames}")
                .build();
        tests = new Thread(() -> {
            try {
                LauncherFactory.create()
                        .execute(LauncherExecutionRequestBuilder.request(discovery)
                                .listeners(this)
                                .cancellationToken(token)
                                .build());
                end.add(Optional.empty());
            } catch (Throwable e) { // JUnit passes on that there is no memory left
                end.add(Optional.of(failure(e)));
            }
        });
        tests.setContextClassLoader(loader);
        tests.setDaemon(true);
        tests.start();
        return awaitEnd();
    }

    /** Says what came of it, and returns whether nothing of the server is left in this process. */
    private boolean verdict(Optional<Failure> failure) throws IOException {
        if (failure.isPresent()) {
            List<Diagnosis> diagnoses = Diagnosis.of(exercise, all, failure.get());
            event(Event.TEXT, """
                      BROKEN   %s%s

                    %s
                    If you are stuck: %s hint
                    """.formatted(
                            words(failure.get().requirement()),
                            failure.get().which(),
                            Report.of(failure.get(), diagnoses, target),
                            Report.RUN));
            String names = diagnoses.stream().map(Diagnosis::name).collect(Collectors.joining(","));
            return end(
                    1, count() + " met, and the next one is not", failure.get().requirement(), names);
        }
        if (met.size() + skipped.size() == 0) {
            throw new UserError("The requirements of %s cannot be tried this way: they need more than an address."
                    .formatted(exercise.name()));
        }
        if (target != null && !skipped.isEmpty()) { // it was said before that not all can be seen
            return end(0, "%s met, and %d cannot be seen from outside".formatted(all(), skipped.size()), "", "");
        }
        return skipped.isEmpty()
                ? end(0, all() + " met", "", "")
                : end(3, "%s met, %d skipped".formatted(count(), skipped.size()), "", "");
    }

    private String all() {
        return met.size() == 1 ? "all it asks is" : "all " + count();
    }

    private String count() {
        return met.size() + (met.size() == 1 ? " requirement is" : " requirements are");
    }

    /** Tells the end, and whether the process can be used again: if no thread of the server's is left. */
    private boolean end(int status, String result, String requirement, String diagnoses) {
        boolean clean = false;
        for (int i = 0; i < 50 && !clean; i++) {
            clean = !tests.isAlive() && ServerStack.threads().isEmpty();
            if (!clean) {
                pause(10);
            }
        }
        event(Event.END, status, result, requirement, diagnoses, clean);
        return clean;
    }

    static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first failure, or nothing if there is none. */
    private Optional<Failure> awaitEnd() {
        try {
            while (true) {
                Optional<Failure> failure = end.poll(100, TimeUnit.MILLISECONDS);
                if (failure != null) {
                    return failure;
                }
                tenths++;
                if (tenths > (simulated ? SIMULATED_LIMIT : LIMIT)) {
                    return Optional.of(failure(stuck()));
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Failure failure(Throwable thrown) {
        return new Failure(trying.isEmpty() ? "starts" : trying, "", thrown);
    }

    /** Where the server is that keeps a test from its end, or null if it waits in select(). */
    private static Throwable stuck() {
        return ServerStack.threads().values().stream()
                .filter(stack -> !ServerStack.isInSelect(stack))
                .findFirst()
                .map(stack -> {
                    Throwable place = new Throwable();
                    place.setStackTrace(stack);
                    return new ServerFault(
                            ServerFault.Kind.STUCK_IN_HANDLER, "The test did not come to an end.", "", place);
                })
                .orElse(null);
    }

    /** The JVM ends, though nobody here has said so: tells where the server did. */
    private static void exits() {
        ServerStack.threads().values().stream()
                .filter(stack ->
                        Arrays.stream(stack).anyMatch(f -> f.getClassName().equals("java.lang.Runtime")))
                .flatMap(ServerStack::frames)
                .findFirst()
                .ifPresent(at -> event(Event.EXITS, "at " + ServerStack.place(at)));
    }

    /** answersPipelinedRequests: answers pipelined requests. */
    static String words(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase(Locale.ROOT);
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
        if (program != null) { // they start while others are tried that mostly wait
            Set<Class<?>> classes = plan.getRoots().stream()
                    .flatMap(root -> plan.getDescendants(root).stream())
                    .flatMap(test -> test.getSource().stream())
                    .filter(ClassSource.class::isInstance)
                    .map(source -> ((ClassSource) source).getJavaClass())
                    .collect(Collectors.toSet());
            program.startEarly(classes).forEach(process -> event(Event.STARTED, process.pid()));
            program = null;
        }
    }

    private static String method(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName())
                .orElse("");
    }

    /** Whether this is one of several tries of a method with different values. */
    private boolean isOneOfSeveral(TestIdentifier test) {
        return plan.getParent(test).filter(parent -> !method(parent).isEmpty()).isPresent();
    }

    @Override
    public synchronized void executionStarted(TestIdentifier test) {
        if (!method(test).isEmpty() && isCurrent()) {
            trying = method(test);
            tenths = 0;
            event(Event.TRIES, trying);
        }
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String reason) {
        if (isCurrent() && !token.isCancellationRequested() && !method(test).isEmpty()) {
            skip(method(test), reason);
        }
    }

    /** Whether this thread runs the tests of now, and not those that were given up. */
    private boolean isCurrent() {
        return Thread.currentThread() == tests || Thread.currentThread() instanceof ForkJoinWorkerThread;
    }

    private void skip(String method, String why) {
        if (simulated) {
            token.cancel(); // what it uses is not simulated, so the other results mean nothing
        }
        if (skipped.put(method, why) == null && !simulated) {
            event(Event.TEXT, "  SKIPPED  %s: %s\n".formatted(words(method), why));
        }
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!isCurrent() || token.isCancellationRequested()) {
            return;
        }
        String method = method(test);
        Throwable thrown = result.getThrowable().orElse(null);
        if (thrown instanceof ParameterResolutionException && thrown.getCause() != null) {
            thrown = thrown.getCause(); // the server that the test asks for could not be had
        }
        if (thrown instanceof TestAbortedException) {
            skip(method, thrown.getMessage());
        } else if (thrown != null) {
            token.cancel();
            String which = isOneOfSeveral(test) ? " (with " + test.getDisplayName() + ")" : "";
            end.add(Optional.of(new Failure(method, which, thrown)));
        } else if (!method.isEmpty() && !isOneOfSeveral(test) && !skipped.containsKey(method)) {
            met(method);
        }
    }

    private void met(String method) {
        met.add(method);
        event(Event.HOLDS, method);
    }
}
