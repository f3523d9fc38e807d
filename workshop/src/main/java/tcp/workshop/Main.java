package tcp.workshop;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tcp.testkit.system.UserError;

/** The learner's command: start an exercise, check it, take a hint, see how far one is. */
@Command(
        name = Report.RUN,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpWidth = 90,
        description = "The workshop. Run it from the project's folder.",
        version = "nio-tcp-server workshop, on Java ${java.version}",
        subcommands = CommandLine.HelpCommand.class,
        mixinStandardHelpOptions = true)
public final class Main implements Runnable {
    private static CheckProcess starting;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

    private final Path project;
    private final PrintStream out;

    private Main(Path project, PrintStream out) {
        this.project = project;
        this.out = out;
    }

    /**
     * Exit status: 0 fine, 1 a requirement is not met, 2 wrong use, 3 something was skipped, 130
     * the check was stopped.
     */
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("check")) { // it starts while the command line is read
            try {
                starting = new CheckProcess();
            } catch (UserError e) {
                System.err.println(e.getMessage());
                System.exit(CommandLine.ExitCode.USAGE);
            }
        }
        System.exit(command(project(), System.out).execute(args));
    }

    /** The command, for the project in this folder. */
    static CommandLine command(Path project, PrintStream out) {
        Locale.setDefault(Locale.ROOT); // what is printed has the same letters and digits everywhere
        CommandLine command = new CommandLine(new Main(project, out));
        command.setOut(new PrintWriter(out, true));
        command.setExpandAtFiles(false); // an argument may begin with @
        command.setExecutionExceptionHandler((e, cmd, parsed) -> {
            if (e instanceof UserError) {
                cmd.getErr().println(e.getMessage());
            } else if (e instanceof IOException || e instanceof UncheckedIOException) {
                cmd.getErr().println(e.getMessage() + " (" + Workspace.reason(e) + ")");
            } else {
                throw e;
            }
            return CommandLine.ExitCode.USAGE;
        });
        return command;
    }

    /** The project's folder: this program is in workshop/target. */
    private static Path project() {
        try {
            String given = System.getProperty("workshop.project");
            Path program = Path.of(Main.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
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

    @Command(
            mixinStandardHelpOptions = true,
            description = "Lists the exercises and how far you are; of one, when each requirement was first met.")
    int progress(
            @Parameters(paramLabel = "EXERCISE", arity = "0..1", description = "the one to tell of; all, if left out")
                    String name) {
        Workspace mine = new Workspace(project);
        if (name != null) {
            Exercise exercise = Exercise.named(name, project);
            mine.held(exercise)
                    .forEach(held -> out.println(TIME.format(held.at().atZone(ZoneId.systemDefault())) + "  "
                            + Checker.words(held.requirement())));
            out.println(line(exercise, mine));
        } else {
            Exercise.all(project).forEach(exercise -> out.println(line(exercise, mine)));
        }
        return 0;
    }

    private static String line(Exercise exercise, Workspace mine) {
        String result = mine.result(exercise);
        return "%-10s %-48s %3d min  %s"
                .formatted(
                        exercise.name(),
                        exercise.title(),
                        exercise.minutes(),
                        result.isEmpty()
                                ? ""
                                : "%s; checks: %d, hints: %d"
                                        .formatted(result, mine.checks(exercise), mine.hintsShown(exercise)));
    }

    @Command(
            mixinStandardHelpOptions = true,
            description =
                    "Prints three lines for whoever gives the workshop: minutes, checks and hints, what took longest."
                            + " They do not say who you are.")
    int times() {
        out.println(Times.of(Exercise.all(project), new Workspace(project)));
        return 0;
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Puts the starter of an exercise where you edit it. What you had there is kept.")
    int start(
            @Parameters(paramLabel = "EXERCISE", description = "step1 to step5, or one of those beyond; see progress")
                    String name,
            @Option(names = "--mine", description = "go on with your own server, not with the starter")
                    boolean withMine) {
        Exercise exercise = Exercise.named(name, project);
        Workspace mine = new Workspace(project);
        boolean there = Files.exists(mine.server());
        Path kept = mine.start(exercise, withMine);
        out.println("Started " + exercise.name() + ": " + exercise.title() + ".");
        if (kept != null) {
            out.println((withMine ? "A copy of what you had: " : "What you had is kept:  ") + mine.show(kept));
        }
        if (withMine) {
            out.println(
                    there ? "You go on with your own server." : "There is no server of yours, so this is the starter.");
        }
        out.println("Read the task:         " + mine.show(exercise.task()));
        out.println("Edit your server:      " + mine.show(mine.server()));
        out.println("Then ask for a verdict: " + Report.RUN + " check");
        return 0;
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Tries the requirements of the exercise on your server, up to the first that is not met.")
    int check(
            @Parameters(
                            paramLabel = "EXERCISE",
                            arity = "0..1",
                            description = "the one you started or checked last, if you leave it out")
                    String name,
            @Option(
                            names = "--target",
                            paramLabel = "HOST:PORT",
                            description = "try a server that runs there, in any language")
                    String target,
            @Option(
                            names = "--step",
                            paramLabel = "EXERCISE",
                            description = "with --target: whose requirements; 5 is short for step5")
                    String step,
            @Option(names = "--watch", description = "check again whenever you save, until Ctrl-C") boolean watch) {
        if (watch && target != null) {
            throw new UserError("--watch is for your own file. Leave out --watch, or --target.");
        }
        return watch ? watch(name) : check(name, target, step, null);
    }

    /** Checks again whenever the file is saved. Only a signal ends it. */
    private int watch(String name) {
        Workspace mine = new Workspace(project);
        CheckProcess process = new CheckProcess();
        while (true) {
            byte[] checked = bytes(mine.server());
            CheckProcess checking = process;
            out.print(CommandLine.Help.Ansi.AUTO.enabled() ? "\033[H\033[2J" : "\n");
            var check = CompletableFuture.runAsync(() -> {
                check(name, null, null, checking);
                out.println("\nSave " + mine.show(mine.server()) + " for the next verdict. Ctrl-C ends this.");
            });
            byte[] now = checked;
            // null: it is just being saved
            while (!check.isCompletedExceptionally() && (now == null || Arrays.equals(now, checked))) {
                Checker.pause(200);
                now = bytes(mine.server());
            }
            if (!check.isDone()) {
                checking.stop();
            }
            try {
                check.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
            if (!process.isReusable()) {
                process.close();
                process = new CheckProcess();
            }
        }
    }

    /** What is in a file; null if it cannot be read now. */
    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            return null;
        }
    }

    /** Checks in this process, or in a new one if it is null. */
    private int check(String name, String target, String step, CheckProcess given) {
        Workspace mine = new Workspace(project);
        if (target != null && step == null && name == null) {
            throw new UserError("Say whose requirements: --target " + target + " --step 5");
        }
        Exercise exercise = exercise(step != null ? step : name, mine);
        Path source = mine.server();
        String shown = target;
        if (target != null) {
            target = reachable(target);
        } else if (Files.isRegularFile(source)) {
            shown = mine.show(source);
        } else {
            throw new UserError((Files.exists(source)
                            ? "%s is no file. Move it away, and begin with: %s start %s"
                            : "There is no %s. Begin with: %s start %s")
                    .formatted(mine.show(source), Report.RUN, exercise.name()));
        }
        String problem = target == null ? Doctor.loopbackProblem() : "";
        if (!problem.isEmpty()) {
            throw new UserError("Nothing can be tried, for nobody can connect to 127.0.0.1 (%s). Ask: %s doctor"
                    .formatted(problem, Report.RUN));
        }
        out.println("Checking " + shown + " for " + exercise.name() + ": " + exercise.title()
                + (target == null ? "" : ", as far as it can be seen from outside"));
        CheckProcess.Outcome outcome;
        CheckProcess process = given != null ? given : starting != null ? starting : new CheckProcess();
        try {
            outcome = process.check(exercise, project, source, target == null ? "" : target, text -> {
                out.print(text);
                out.flush();
            });
        } finally {
            if (given == null) {
                process.close();
            }
        }
        if (outcome.status() == 0) {
            String result = outcome.result();
            out.println("\n" + Character.toUpperCase(result.charAt(0)) + result.substring(1) + ".");
        } else if (outcome.status() == 3) {
            out.println(
                    "\n" + outcome.result() + " since it could not be tried on this machine, so this is not a pass.");
        }
        if (outcome.status() == 0 && target == null) {
            out.println("Compare with a tested solution: " + mine.show(exercise.solution()));
            List<Exercise> all = Exercise.all(project);
            int next = all.indexOf(exercise) + 1;
            if (next < all.size()) {
                out.println("The next one: " + Report.RUN + " start "
                        + all.get(next).name());
            }
        }
        if (outcome.status() == 0 && target != null && exercise.name().equals("step5")) {
            out.println(
                    "More hostile clients, for any server that answers hello: bench/run scoreboard --target " + shown);
        }
        if (outcome.status() != 130) {
            note(mine, exercise, target == null ? outcome.result() : null, outcome.met());
        }
        return outcome.status();
    }

    private void note(Workspace mine, Exercise exercise, String result, List<String> met) {
        try {
            mine.checked(exercise, result, met);
        } catch (IOException e) {
            notNoted(mine, e);
        }
    }

    private void notNoted(Workspace mine, IOException e) {
        out.println("Your progress is not noted: %s cannot be written (%s)."
                .formatted(mine.show(mine.server().getParent().getParent()), Workspace.reason(e)));
    }

    /** The exercise with this name, or the current one if it is null. */
    private Exercise exercise(String name, Workspace mine) {
        if (name == null && mine.current() == null) {
            throw new UserError("No exercise is started. Begin with: " + Report.RUN + " start step1");
        }
        if (name == null
                && Exercise.all(project).stream().noneMatch(e -> e.name().equals(mine.current()))) {
            throw new UserError("You have started %s, which is no longer there. Start another one; see: %s progress"
                    .formatted(mine.current(), Report.RUN));
        }
        return Exercise.named(name == null ? mine.current() : name, project);
    }

    /** The first address of a host where somebody listens, as HOST:PORT. */
    private static String reachable(String target) {
        for (InetSocketAddress address : addresses(target)) {
            try (Socket any = new Socket()) {
                any.connect(address, 3_000);
                return address.getAddress().getHostAddress() + ":" + address.getPort();
            } catch (IOException e) {
                // perhaps at the next
            }
        }
        throw new UserError("Nobody listens at " + target + ". Start your server first.");
    }

    private static List<InetSocketAddress> addresses(String target) {
        try {
            int colon = target.lastIndexOf(':');
            int port = Integer.parseInt(target.substring(colon + 1));
            return List.of(InetAddress.getAllByName(target.substring(0, Math.max(0, colon)))).stream()
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new UserError("\"" + target + "\" is not HOST:PORT, for example 127.0.0.1:8080.");
        }
    }

    @Command(mixinStandardHelpOptions = true, description = "Shows the next hint.")
    int hint(@Option(names = "--again", description = "those you have seen already") boolean again) throws IOException {
        Workspace mine = new Workspace(project);
        Exercise exercise = exercise(null, mine);
        List<String> hints = exercise.hints();
        int shown = Math.min(mine.hintsShown(exercise), hints.size());
        if (again && shown == 0) {
            out.println(
                    "You have not seen a hint for %s yet. The first: %s hint".formatted(exercise.name(), Report.RUN));
        } else if (again) {
            hints.subList(0, shown).forEach(hint -> out.println(hint + "\n"));
        } else if (shown == hints.size()) {
            out.println("There are no %shints for %s. A tested solution: %s"
                    .formatted(shown == 0 ? "" : "more ", exercise.name(), mine.show(exercise.solution())));
        } else {
            out.println("Hint %d of %d for %s:\n\n%s"
                    .formatted(shown + 1, hints.size(), exercise.name(), hints.get(shown)));
            try {
                mine.hintShown(exercise);
            } catch (IOException e) {
                notNoted(mine, e);
            }
        }
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
                                    "what to send; \\r, \\n, \\x04 and \\000 are bytes; each text is sent on its own")
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
        return Send.run(addresses(to), texts == null ? List.of() : texts, times, pieces, end, out);
    }
}
