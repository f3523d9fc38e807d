package tcp.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import tcp.bench.Experiments.Experiment;
import tcp.testkit.system.Folders;
import tcp.testkit.system.UserError;

/** The command: bench/run. */
@Command(
        name = "bench/run",
        mixinStandardHelpOptions = true,
        description = {
            "Measures step 5 beside the servers you might use instead.",
            "It takes some 20 minutes, and the machine should do nothing else."
        })
public final class Main implements Callable<Integer> {
    private static final Path RESULTS = Path.of("bench", "target", "results");

    @Option(names = "--quick", description = "Less of everything: under 2 minutes.")
    private boolean quick;

    @Option(names = "--smoke", hidden = true)
    private boolean smoke;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Only these servers. All: ${COMPLETION-CANDIDATES}",
            completionCandidates = Names.class)
    private List<String> peers = Peers.names();

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Only these parts: ${COMPLETION-CANDIDATES}")
    private Set<Bench.Part> parts = EnumSet.noneOf(Bench.Part.class);

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds under load, whatever the plan says.")
    private int rounds;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Where the results go; without it, bench/target/results.")
    private Path results = RESULTS;

    /** The names for the help. */
    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Names() {
            super(Peers.names());
        }
    }

    /** Work that needs a temporary folder. */
    interface Job {
        void run(Path work) throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        requireWrk();
        Plan plan = smoke ? Plan.smoke() : quick ? Plan.quick() : Plan.standard();
        List<Peer> chosen = Peers.named(quick && peers.equals(Peers.names()) ? Peers.quick() : peers);
        PrintStream out = System.out;
        inWork(work -> {
            Bench bench = new Bench(rounds > 0 ? plan.withRounds(rounds) : plan, parts, chosen, work, results, out);
            bench.run();
            List<Summary.Line> lines = Results.summarise(results);
            out.println();
            out.println(Table.of(lines));
            bench.leftOut().forEach((peer, why) -> out.println("Left out: " + peer + ": " + why));
            bench.remarks().forEach(remark -> out.println("Remark: " + remark));
            bench.disturbances().forEach(what -> out.println("Disturbed: " + what));
            Charts.draw(lines, results);
            out.println("Every single round is in " + results);
        });
        return 0;
    }

    @Command(name = "experiment", description = "Measures a server beside itself with one thing changed.")
    int experiment(
            @Parameters(paramLabel = "NAME", arity = "1..*", description = "${COMPLETION-CANDIDATES}")
                    List<Experiment> names,
            @Option(names = "--rounds", defaultValue = "3", description = "How often; 3 unless told.") int rounds)
            throws Exception {
        requireWrk();
        Files.createDirectories(results);
        Machine.pinThis();
        Progress progress = new Progress(
                System.out,
                names.stream()
                        .mapToDouble(name -> Experiments.planned(name, rounds))
                        .sum());
        inWork(work -> {
            List<Experiment> impossible = new ArrayList<>();
            for (Experiment name : names) {
                if (!new Experiments(work, results, rounds, System.out, progress).run(name)) {
                    impossible.add(name);
                }
            }
            show(Results.summarise(results).stream()
                    .filter(line -> names.stream().anyMatch(name -> line.sheet().equalsIgnoreCase(name.name())))
                    .toList());
            if (!impossible.isEmpty()) {
                throw new UserError("Nothing could be measured here of " + impossible + ".");
            }
        });
        return 0;
    }

    @Command(name = "syscalls", description = "Counts the system calls of a request with strace (Linux).")
    int syscalls(@Option(names = "--rounds", defaultValue = "3", description = "How often; 3 unless told.") int rounds)
            throws Exception {
        requireWrk();
        Files.createDirectories(results);
        Machine.pinThis();
        List<Peer> chosen = Peers.named(peers);
        inWork(work -> {
            Syscalls.run(chosen, rounds, work, results, System.out);
            show(Results.summarise(results).stream()
                    .filter(line -> line.sheet().equals("syscalls"))
                    .toList());
        });
        return 0;
    }

    @Command(
            name = "scoreboard",
            description = "Sends hostile clients to each server, and tells how it took them (some 10 minutes).")
    int scoreboard(
            @Option(
                            names = "--servers",
                            split = ",",
                            paramLabel = "NAME",
                            description = "Only these servers: step5, nginx, node and so on.")
                    List<String> servers,
            @Option(
                            names = "--trials",
                            split = ",",
                            paramLabel = "TRIAL",
                            description = "Only these trials: half-close, resets, descriptors and so on.")
                    List<String> trials,
            @Option(
                            names = "--target",
                            paramLabel = "HOST:PORT",
                            description = "Not those, but your own server, which answers hello to GET /.")
                    String target)
            throws Exception {
        List<Hostile.Trial> chosen = Scoreboard.trials(trials == null ? List.of() : trials);
        List<String> names = servers == null ? Contestant.names() : servers;
        for (String name : names) {
            if (!Contestant.names().contains(name)) {
                throw new UserError(
                        "There is no server " + name + ". There are: " + String.join(", ", Contestant.names()));
            }
        }
        int[] failed = {0};
        inWork(work -> {
            Scoreboard scoreboard = new Scoreboard(work, System.out);
            if (target != null) {
                failed[0] = scoreboard.target(target, chosen);
            } else {
                Path folder = results.equals(RESULTS) ? Path.of("bench", "target", "scoreboard") : results;
                scoreboard.run(
                        Contestant.ALL.stream()
                                .filter(one -> names.contains(one.name()))
                                .toList(),
                        chosen,
                        folder);
                System.out.println("All marks are in " + folder.resolve("marks.csv"));
            }
        });
        return failed[0] == 0 ? 0 : 1;
    }

    private static void show(List<Summary.Line> lines) {
        System.out.println();
        for (Summary.Line line : lines) {
            System.out.printf(
                    "%-18s %-12s %-12s median %10s  (%s to %s)%n",
                    line.peer(),
                    line.connections().isEmpty()
                            ? ""
                            : line.connections() + (line.pipelined().isEmpty() ? "" : " x " + line.pipelined()),
                    line.figure(),
                    Sheet.text(line.median()),
                    Sheet.text(line.lowest()),
                    Sheet.text(line.highest()));
        }
    }

    @Command(
            name = "charts",
            description = "Sums up the results and draws the charts again, from what was measured before.")
    int charts() throws Exception {
        Charts.draw(Results.summarise(results), results);
        return 0;
    }

    static void requireWrk() {
        if (!Load.hasWrk()) {
            throw new UserError("""
                    wrk is not installed. Debian, Ubuntu: apt install wrk; macOS: brew install wrk; \
                    Windows: do this in WSL.""");
        }
    }

    /** Gives the job a temporary folder, which goes away again, after Ctrl-C too. */
    static void inWork(Job job) throws Exception {
        Running.endAll(); // none runs yet: this class must be loaded before a shutdown begins
        Path work = Files.createTempDirectory("bench");
        Thread interrupted = new Thread(() -> {
            Running.endAll();
            delete(work);
        });
        Runtime.getRuntime().addShutdownHook(interrupted);
        try {
            job.run(work);
        } finally {
            delete(work);
        }
    }

    private static void delete(Path folder) {
        try {
            Folders.delete(folder);
        } catch (IOException | UncheckedIOException itIsGoneOrInUse) {
        }
    }

    static int run(String... arguments) {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, result) -> {
                    if (!(e instanceof UserError)) {
                        throw e;
                    }
                    command.getErr().println(e.getMessage());
                    return 1;
                })
                .execute(arguments);
    }

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }
}
