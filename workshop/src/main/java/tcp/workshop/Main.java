package tcp.workshop;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The learner's command: start an exercise, check it, take a hint, see how far one is. */
@Command(
        name = Report.RUN,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpWidth = 90,
        description = "The workshop. Run it from the project's folder.",
        mixinStandardHelpOptions = true)
public final class Main implements Runnable {
    private static final int BROKEN = 1;
    private static final int SKIPPED = 3;

    private final Path project;
    private final PrintStream out;

    private Main(Path project, PrintStream out) {
        this.project = project;
        this.out = out;
    }

    /** Exit status: 0 fine, 1 a promise is broken, 2 wrong use, 3 something was skipped. */
    public static void main(String[] args) {
        int status = run(args);
        System.out.flush();
        // The loop of a learner's server may still run.
        Runtime.getRuntime().halt(status);
    }

    /** Runs a command in this process, and returns its exit status. */
    static int run(String... args) {
        // Servers that print "Listening" late are slow; here a learner waits.
        System.setProperty("tcp.started", System.getProperty("tcp.started", "8"));
        System.setProperty("tcp.patience", System.getProperty("tcp.patience", "3"));
        CommandLine command = new CommandLine(new Main(project(), System.out));
        command.setExecutionExceptionHandler((e, cmd, parsed) -> {
            if (e instanceof Trouble || e instanceof UncheckedIOException) {
                System.err.println(e.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
            throw e;
        });
        int status = command.execute(args);
        // A server of the learner's may still run, as a process.
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        return status;
    }

    /** The project's folder: this program is in workshop/target. */
    private static Path project() {
        try {
            Path program = Path.of(Main.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            String given = System.getProperty("workshop.project");
            return (given == null ? program.getParent().getParent().getParent() : Path.of(given)).toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void run() {
        CommandLine.usage(this, out);
    }

    @Command(mixinStandardHelpOptions = true, description = "Looks whether this machine has what the workshop needs.")
    int doctor() {
        return Doctor.run(project, out);
    }

    @Command(mixinStandardHelpOptions = true, description = "Lists the exercises and how far you are.")
    int progress() {
        Work work = new Work(project);
        for (Exercise exercise : Exercise.ALL) {
            String result = work.result(exercise);
            out.printf(
                    "%-10s %-45s %s%n",
                    exercise.name(),
                    exercise.title(),
                    result.isEmpty()
                            ? ""
                            : result + "; checks: " + work.checks(exercise) + ", hints: " + work.hintsShown(exercise));
        }
        return 0;
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Puts the starter of an exercise where you edit it. What you" + " had there is kept.")
    int start(
            @Parameters(
                            paramLabel = "EXERCISE",
                            description = "step1 to step5, or one of those beyond; see" + " progress")
                    String name,
            @Option(names = "--mine", description = "go on with your own server, not" + " with the starter")
                    boolean withMine) {
        Exercise exercise = Exercise.named(name);
        Work work = new Work(project);
        boolean there = Files.exists(work.server());
        Path kept = work.start(exercise, withMine);
        out.println("Started " + exercise.name() + ": " + exercise.title() + ".");
        if (kept != null) {
            out.println((withMine ? "A copy of what you had: " : "What you had is kept:  ") + work.show(kept));
        }
        if (withMine) {
            out.println(
                    there ? "You go on with your own server." : "There is no server of yours, so this is the starter.");
        }
        out.println(
                "Read the task:         " + work.show(exercise.folder(project).resolve("README.md")));
        out.println("Edit your server:      " + work.show(work.server()));
        out.println("Then ask for a verdict: " + Report.RUN + " check");
        return 0;
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Tries the promises of the exercise on your server, up to the" + " first that is broken.")
    int check(
            @Parameters(
                            paramLabel = "EXERCISE",
                            arity = "0..1",
                            description = "the one you started last, if you leave it out")
                    String name,
            @Option(
                            names = "--target",
                            paramLabel = "HOST:PORT",
                            description = "try a server that runs there, in any language")
                    String target,
            @Option(names = "--step", paramLabel = "N", description = "with --target: whose promises") String step)
            throws IOException {
        if (target != null) {
            if (step == null && name == null) {
                throw new Trouble("Say whose promises: --target " + target + " --step 5");
            }
            return checkTarget(Exercise.named(step != null ? step : name), target);
        }
        if (step != null) {
            name = step;
        }
        Work work = new Work(project);
        Exercise exercise = name == null ? work.current() : Exercise.named(name);
        Path source = work.server();
        if (!Files.exists(source)) {
            throw new Trouble(
                    "There is no " + work.show(source) + ". Begin with: " + Report.RUN + " start " + exercise.name());
        }
        Path classes = Files.createTempDirectory("workshop");
        try {
            return check(exercise, work, source, classes);
        } finally {
            LearnersServer.delete(classes);
        }
    }

    private int check(Exercise exercise, Work work, Path source, Path classes) {
        out.println("Checking " + work.show(source) + " for " + exercise.name() + ": " + exercise.title());
        LearnersServer server;
        try {
            server = LearnersServer.compile(source, classes);
        } catch (LearnersServer.NotAServer e) {
            out.println("\n" + e.getMessage().indent(2));
            if (!e.getMessage().startsWith(LearnersServer.INCOMPLETE)) {
                Report.part("Likely", "The compiler says what it stumbled over, and in which line.", out);
            }
            work.checked(exercise, "does not compile");
            return BROKEN;
        }
        Thread exit = new Thread(() -> exitedBy(exercise, work));
        Runtime.getRuntime().addShutdownHook(exit);
        Verdict verdict = Verdict.of(exercise, server, source, classes, out);
        Runtime.getRuntime().removeShutdownHook(exit);
        return report(exercise, work, verdict);
    }

    /** The server has ended the process that checks it, and no promise is kept by that. */
    private void exitedBy(Exercise exercise, Work work) {
        out.println("\n  Happened   The whole process ended in the middle of a promise.");
        Report.part(
                "Likely",
                "Your server called System.exit(). Only main() may, before"
                        + " the server listens: run() returns when close() was called.",
                out);
        note(exercise, work, "System.exit()");
        out.flush();
        Runtime.getRuntime().halt(BROKEN);
    }

    private int report(Exercise exercise, Work work, Verdict verdict) {
        int kept = verdict.kept().size();
        String hold = kept + (kept == 1 ? " promise holds" : " promises hold");
        if (verdict.failure() != null) {
            Report.print(exercise, verdict.failure(), out);
            out.println("\nIf you are stuck: " + Report.RUN + " hint");
            note(exercise, work, hold);
            return BROKEN;
        }
        if (!verdict.skipped().isEmpty()) {
            out.println("\n" + hold + ", and " + verdict.skipped().size()
                    + " could not be tried on this machine, so this is not a pass.");
            note(exercise, work, hold + ", " + verdict.skipped().size() + " skipped");
            return SKIPPED;
        }
        out.println("\nAll " + kept + " promises hold.");
        if (work != null) {
            work.checked(exercise, "all " + kept + " promises hold");
            out.println("Compare with a tested solution: " + exercise.solution());
            if (exercise.next() != null) {
                out.println("The next one: " + Report.RUN + " start "
                        + exercise.next().name());
            }
        }
        return 0;
    }

    private static void note(Exercise exercise, Work work, String result) {
        if (work != null) {
            work.checked(exercise, result);
        }
    }

    private int checkTarget(Exercise exercise, String target) {
        InetSocketAddress address = address(target);
        try (Socket any = new Socket()) {
            any.connect(address, 3_000);
        } catch (IOException e) {
            throw new Trouble("Nobody listens at " + target + ". Start your server first.");
        }
        out.println("Checking " + target + " for " + exercise.name() + ": what can be seen from outside");
        return report(exercise, null, Verdict.of(exercise, Target.promises(exercise, address), out));
    }

    private static InetSocketAddress address(String target) {
        int colon = target.lastIndexOf(':');
        try {
            InetSocketAddress address = new InetSocketAddress(
                    target.substring(0, Math.max(0, colon)), Integer.parseInt(target.substring(colon + 1)));
            if (!address.isUnresolved()) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new Trouble("\"" + target + "\" is not HOST:PORT, for example" + " 127.0.0.1:8080.");
    }

    @Command(mixinStandardHelpOptions = true, description = "Shows the next hint.")
    int hint(@Option(names = "--again", description = "those you have seen already") boolean again) throws IOException {
        Work work = new Work(project);
        Exercise exercise = work.current();
        List<String> hints = exercise.hints(project);
        int shown = work.hintsShown(exercise);
        if (again) {
            hints.subList(0, Math.min(shown, hints.size())).forEach(hint -> out.println(hint + "\n"));
            return 0;
        }
        if (shown >= hints.size()) {
            out.println(
                    "There are no more hints for " + exercise.name() + ". A tested solution: " + exercise.solution());
            return 0;
        }
        out.println(
                "Hint " + (shown + 1) + " of " + hints.size() + " for " + exercise.name() + ":\n\n" + hints.get(shown));
        work.hintShown(exercise);
        return 0;
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Sends bytes to a server and shows what comes back, escaped.")
    int send(
            @Parameters(
                            paramLabel = "TEXT",
                            arity = "0..*",
                            description =
                                    "what to send; \\r, \\n and \\000 are bytes; each text" + " is sent on its own")
                    List<String> texts,
            @Option(
                            names = "--to",
                            paramLabel = "HOST:PORT",
                            defaultValue = "127.0.0.1:8080",
                            description = "where to; ${DEFAULT-VALUE}")
                    String to,
            @Option(
                            names = "--times",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "send the first text so often")
                    int times,
            @Option(
                            names = "--pieces",
                            paramLabel = "N",
                            defaultValue = "0",
                            description = "cut what is sent into so many bytes")
                    int pieces,
            @Option(names = "--end", description = "then end this half of the connection") boolean end) {
        return Send.run(address(to), texts == null ? List.of() : texts, times, pieces, end, out);
    }
}
