package tcp.workshop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A process that checks one server after the other. Most of the time of one check is that
 * of starting Java, JUnit and the compiler, so the next check finds them started. All that
 * is the project's own is loaded anew for each check, so that none leaves a trace for the
 * next. When a check leaves a thread behind, which a wrong server may do, its process ends.
 */
final class Worker implements AutoCloseable {
    private static final BlockingDeque<Worker> IDLE = new LinkedBlockingDeque<>();

    private final Process process;
    private final BufferedReader answers;

    private Worker() throws IOException {
        process = new ProcessBuilder(
                        Checked.JAVA,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        Path.of("target", "test-classes").toString(),
                        Worker.class.getName(),
                        "target")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Checks the server in this folder, which is the learner's own. */
    static Checked check(String exercise, Path mine) throws IOException {
        Worker worker = IDLE.poll();
        if (worker == null) {
            worker = new Worker();
        }
        OutputStream to = worker.process.getOutputStream();
        to.write((exercise + "\t" + mine + "\n").getBytes(StandardCharsets.UTF_8));
        to.flush();
        String answer = worker.answers.readLine();
        String output = Files.readString(mine.resolve("output.txt"));
        if (answer == null) {
            worker.close();
            throw new AssertionError("The check's process ended. It said:\n" + output);
        }
        if (answer.endsWith("again")) {
            IDLE.push(worker);
        } else {
            worker.close();
        }
        return new Checked(Integer.parseInt(answer.split(" ")[0]), output.replace("\r\n", "\n"));
    }

    /** Ends those that wait for work. */
    static void stop() {
        IDLE.forEach(Worker::close);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** In the process: reads an exercise and a folder from a line, and checks. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        PrintStream errors = System.err;
        Path target = Path.of(args[0]);
        Predicate<Path> own = jar -> jar.getFileName().toString().matches("(workshop|testkit|step\\d).*");
        URLClassLoader libraries = new URLClassLoader(jars(target, own.negate()), ClassLoader.getPlatformClassLoader());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            String exercise = line.substring(0, line.indexOf('\t'));
            Path mine = Path.of(line.substring(line.indexOf('\t') + 1));
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            int status;
            try (PrintStream output = new PrintStream(mine.resolve("output.txt").toFile(), StandardCharsets.UTF_8)) {
                System.setProperty("workshop.mine", mine.toString());
                System.setOut(output);
                System.setErr(output);
                URLClassLoader loader = new URLClassLoader(jars(target, own), libraries);
                Thread.currentThread().setContextClassLoader(loader);
                Method run = loader.loadClass("tcp.workshop.Main").getDeclaredMethod("run", String[].class);
                run.setAccessible(true);
                status = (int) run.invoke(null, (Object) new String[] {"check", exercise});
            } finally {
                System.setOut(errors); // a server that is left must not answer for us
                System.setErr(errors);
            }
            boolean again = leftBy(before).isEmpty();
            answers.println(status + (again ? " again" : " last"));
            answers.flush();
            if (!again) {
                break;
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static URL[] jars(Path target, Predicate<Path> which) throws IOException {
        try (Stream<Path> jars =
                Stream.concat(Stream.of(target.resolve("workshop.jar")), Files.list(target.resolve("lib")))) {
            return jars.filter(which).map(Worker::url).toArray(URL[]::new);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The threads that a check has left, half a second after it. */
    private static List<Thread> leftBy(Set<Thread> before) throws InterruptedException {
        Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
        left.removeAll(before);
        // The first are clients' alarms, which sleep; the others the JDK's pools.
        left.removeIf(thread -> thread.getName().matches("testkit.*|ForkJoin.*|process reaper.*|Common-Cleaner"));
        long end = System.nanoTime() + 500_000_000;
        for (Thread thread : left) {
            thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
        }
        return left.stream().filter(Thread::isAlive).toList();
    }
}
