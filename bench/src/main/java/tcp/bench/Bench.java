package tcp.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVPrinter;
import tcp.testkit.system.Programs;
import tcp.testkit.system.UserError;

/**
 * Measures the servers in turn, one at a time, all of them once a round: so what slows the
 * machine for a while slows them all. Who answers wrongly, or ends, is left out and said to
 * be.
 */
final class Bench {
    /** What is measured; each has a file of its own. */
    enum Part {
        LOAD,
        RATE,
        IDLE,
        START,
        AB
    }

    /** A fixed heap, in memory from the start: what then grows is not the heap. */
    static final List<String> FIXED_HEAP = List.of("-XX:+UseSerialGC", "-Xms768m", "-Xmx768m", "-XX:+AlwaysPreTouch");

    private static final int MOST_IDLE_RESERVE = 500; // descriptors for other things

    private final Plan plan;
    private final Set<Part> parts;
    private final Path work;
    private final Path results;
    private final PrintStream out;
    private final Progress progress;
    private final List<Peer> peers;
    private final Map<Peer, Running> running = new LinkedHashMap<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<String> disturbances = new ArrayList<>();
    private final Map<String, String> meta = new LinkedHashMap<>();

    Bench(Plan plan, Set<Part> parts, List<Peer> peers, Path work, Path results, PrintStream out) {
        this.plan = plan;
        this.parts = parts.isEmpty() ? EnumSet.allOf(Part.class) : parts;
        this.peers = new ArrayList<>(peers);
        this.work = work;
        this.results = results;
        this.out = out;
        progress = new Progress(out, planned());
    }

    /** Who was left out, and why. */
    Map<String, String> leftOut() {
        return leftOut;
    }

    /** What a reader of the figures must know beside. */
    List<String> remarks() {
        return remarks;
    }

    /** What the machine did beside, so that a round of it may be wrong. */
    List<String> disturbances() {
        return disturbances;
    }

    void run() throws Exception {
        Files.createDirectories(results);
        if (parts.size() == Part.values().length) { // a whole run: nothing of an older one may stand beside it
            for (String sheet : List.of("load", "rate", "idle", "memory", "start", "ab")) {
                Files.deleteIfExists(results.resolve(sheet + ".csv"));
            }
        }
        disturbances.addAll(Machine.warnings());
        disturbances.forEach(warning -> out.println("       " + warning));
        Machine.pinThis();
        try {
            startAll();
            if (parts.contains(Part.LOAD)) {
                load();
            }
            if (parts.contains(Part.RATE)) {
                rate();
            }
            if (parts.contains(Part.AB)) {
                ab();
            }
            stopAll();
            if (parts.contains(Part.IDLE) && !plan.idle().isEmpty()) {
                idle();
            }
            if (parts.contains(Part.START)) {
                start();
            }
        } finally {
            stopAll();
        }
        writeMeta();
    }

    // ------------------------------------------------------------------------- starting

    private void startAll() throws Exception {
        boolean warm = warms();
        for (Peer peer : List.copyOf(peers)) {
            progress.begin("start, check and warm up " + peer.name(), starting());
            try {
                Running server = peer.start(work);
                running.put(peer, server);
                int size = Check.answers(server.port());
                Check.pipelining(server.port(), 16);
                meta.put("peer " + peer.name(), peer.about() + "; a response has " + size + " bytes");
                if (warm) {
                    Load.warm(server.port(), plan.cells(), plan.seconds());
                }
            } catch (UserError | IOException e) {
                String ended = running.containsKey(peer) ? running.get(peer).ended() : null;
                leaveOut(peer, ended == null ? e.getMessage() : ended);
            }
        }
        if (running.isEmpty()) {
            throw new UserError("No server is left to be measured.");
        }
    }

    private void leaveOut(Peer peer, String why) {
        leftOut.put(peer.name(), why);
        out.println("       left out: " + peer.name() + ": " + why);
        peers.remove(peer);
        Running server = running.remove(peer);
        if (server != null) {
            server.close();
        }
    }

    private void stopAll() {
        running.values().forEach(Running::close);
        running.clear();
    }

    /** The servers in the order of this round: each is first in its turn. */
    private List<Peer> inTurn(int round) {
        List<Peer> order = new ArrayList<>(peers);
        if (!order.isEmpty()) {
            Collections.rotate(order, -(round - 1) % order.size());
        }
        return order;
    }

    // ------------------------------------------------------------------------ measuring

    /** One measurement of one server. */
    private interface Measurement {
        void take(Peer peer, Running server) throws Exception;
    }

    /** Takes it, and leaves the server out if it has ended or answers no longer. */
    private void take(Peer peer, Measurement measurement) throws Exception {
        Running server = running.get(peer);
        String why;
        try {
            measurement.take(peer, server);
            why = server.ended();
        } catch (UserError | IOException e) {
            why = server.ended() == null ? e.getMessage() : server.ended();
        }
        if (why != null) {
            leaveOut(peer, "in the middle of the run: " + why);
        }
    }

    private void load() throws Exception {
        try (Sheet sheet = new Sheet(
                results,
                "load",
                "round",
                "peer",
                "connections",
                "pipelined",
                "seconds_s",
                "requests",
                "errors",
                "per_s",
                "cpu_us",
                "p50_us",
                "p99_us",
                "steal_ms")) {
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Plan.Cell cell : plan.cells()) {
                    progress.begin(
                            "load, round " + round + " of " + plan.rounds() + ": " + cell,
                            running.size() * (plan.seconds() + 0.1));
                    int now = round;
                    for (Peer peer : inTurn(round)) {
                        take(peer, (p, server) -> {
                            double stolen = Machine.stolen();
                            Running.Cpu before = server.cpu();
                            Load load = Load.wrk(server.port(), cell.connections(), cell.pipelined(), plan.seconds());
                            long cpu = server.cpu().since(before);
                            if (server.ended() == null) {
                                sheet.add(
                                        now,
                                        p.name(),
                                        cell.connections(),
                                        cell.pipelined(),
                                        load.seconds(),
                                        load.requests(),
                                        load.errors(),
                                        load.perSecond(),
                                        cpu / 1e3 / load.requests(),
                                        load.p50(),
                                        load.p99(),
                                        Machine.stolen() - stolen);
                                remarkErrors(p, cell.toString(), load);
                            }
                        });
                    }
                }
            }
            disturbances.addAll(Stalls.in("load", plan.seconds(), sheet.rows()));
        }
    }

    private void remarkErrors(Peer peer, String where, Load load) {
        if (load.errors() > 0) {
            remarks.add(peer.name() + ", " + where + ": " + load.errors() + " errors, so this round does not count");
        }
    }

    private void rate() throws Exception {
        try (Sheet sheet = new Sheet(
                results,
                "rate",
                "round",
                "peer",
                "connections",
                "pipelined",
                "rate",
                "requests",
                "errors",
                "p50_us",
                "p99_us",
                "steal_ms")) {
            if (!plan.rateCells().isEmpty()) { // the generator is a Java program too
                progress.begin("warm up the generator of the fixed rate", running.size() * (plan.seconds() + 1));
                for (Peer peer : inTurn(1)) {
                    take(peer, (p, server) -> Rate.run(server.port(), 128, 1, plan.rate(), plan.seconds()));
                }
            }
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Plan.Cell cell : plan.rateCells()) {
                    progress.begin(
                            "fixed rate, round " + round + " of " + plan.rounds() + ": " + cell,
                            running.size() * (plan.seconds() + 1));
                    int now = round;
                    for (Peer peer : inTurn(round)) {
                        take(peer, (p, server) -> {
                            double stolen = Machine.stolen();
                            Load load = Rate.run(
                                    server.port(), cell.connections(), cell.pipelined(), plan.rate(), plan.seconds());
                            sheet.add(
                                    now,
                                    p.name(),
                                    cell.connections(),
                                    cell.pipelined(),
                                    plan.rate(),
                                    load.requests(),
                                    load.errors(),
                                    load.p50(),
                                    load.p99(),
                                    Machine.stolen() - stolen);
                            remarkErrors(p, "fixed rate, " + cell, load);
                        });
                    }
                }
            }
            disturbances.addAll(Stalls.in("rate", plan.seconds(), sheet.rows()));
        }
    }

    private void ab() throws Exception {
        if (plan.abRequests() == 0) {
            return;
        }
        if (!Load.hasAb()) {
            remarks.add("""
                    ab is not installed, so the article's own line was left out (Debian, Ubuntu: apt \
                    install apache2-utils)""");
            return;
        }
        try (Sheet sheet =
                new Sheet(results, "ab", "round", "peer", "connections", "requests", "errors", "per_s", "cpu_us")) {
            for (int round = 1; round <= plan.otherRounds(); round++) {
                progress.begin(
                        "ab -k -n " + plan.abRequests() + " -c 128, round " + round + " of " + plan.otherRounds(),
                        running.size() * plan.abRequests() / 40_000.0);
                int now = round;
                for (Peer peer : inTurn(round)) {
                    take(peer, (p, server) -> {
                        Running.Cpu before = server.cpu();
                        Load load = Load.ab(server.port(), plan.abRequests());
                        sheet.add(
                                now,
                                p.name(),
                                128,
                                load.requests(),
                                load.errors(),
                                load.perSecond(),
                                server.cpu().since(before) / 1e3 / load.requests());
                        remarkErrors(p, "ab", load);
                    });
                }
            }
        }
    }

    /** What one live connection costs beside idle ones, and what each of those holds. */
    private void idle() throws Exception {
        long most = Math.max(10, Machine.descriptors() - MOST_IDLE_RESERVE);
        List<Integer> steps = plan.idle().stream().filter(n -> n <= most).toList();
        if (steps.size() < plan.idle().size()) {
            remarks.add("no more than " + (steps.isEmpty() ? 0 : steps.get(steps.size() - 1))
                    + " idle connections: a process may have only "
                    + Machine.descriptors() + " descriptors (ulimit -n)");
        }
        try (Sheet live = new Sheet(
                        results,
                        "idle",
                        "round",
                        "peer",
                        "idle",
                        "requests",
                        "errors",
                        "p50_us",
                        "p50_to_alone",
                        "cpu_us",
                        "per_s");
                Sheet memory = new Sheet(results, "memory", "round", "peer", "idle", "each_bytes", "cpu_ms_per_s")) {
            for (int round = 1; round <= plan.otherRounds(); round++) {
                for (Peer peer : inTurn(round)) {
                    progress.begin(
                            "idle connections, round " + round + " of " + plan.otherRounds() + ": " + peer.name(),
                            4 + steps.size() * 1.6);
                    try (Running server = peer.start(work, FIXED_HEAP)) {
                        idle(peer, server, round, steps, live, memory);
                    } catch (UserError | IOException e) {
                        remarks.add(peer.name() + ", idle connections: " + e.getMessage());
                        out.println("       " + peer.name() + ": " + e.getMessage());
                    }
                }
            }
        }
    }

    private void idle(Peer peer, Running server, int round, List<Integer> steps, Sheet live, Sheet memory)
            throws Exception {
        Check.answers(server.port());
        if (plan.otherRounds() > 1 || steps.size() > 1) {
            Load.wrk(server.port(), 16, 1, 2); // warm
        }
        double alone = live(peer, server, round, 0, Double.NaN, live);
        try (Idle idle = new Idle(server.port())) {
            int few = steps.size() > 1 ? steps.get(0) : 0;
            idle.growTo(few);
            if (few > 0) {
                live(peer, server, round, few, alone, live);
            }
            Memory before = Memory.of(peer.jvm(), server);
            for (int connections : steps.subList(few > 0 ? 1 : 0, steps.size())) {
                idle.growTo(connections);
                live(peer, server, round, connections, alone, live);
            }
            int held = steps.get(steps.size() - 1);
            Running.Cpu start = server.cpu();
            Thread.sleep(1000); // what is measured: nobody asks for anything
            double cpu = server.cpu().since(start) / 1e6;
            Memory after = Memory.of(peer.jvm(), server);
            if (server.ended() != null) {
                throw new UserError(server.ended());
            }
            memory.add(round, peer.name(), held, after.eachSince(before, held - few), cpu);
        }
    }

    /** One connection that asks again and again, while the idle ones are there. */
    private double live(Peer peer, Running server, int round, int idle, double alone, Sheet sheet) throws Exception {
        Running.Cpu before = server.cpu();
        Load load = Load.wrk(server.port(), 1, 1, 1);
        long cpu = server.cpu().since(before);
        sheet.add(
                round,
                peer.name(),
                idle,
                load.requests(),
                load.errors(),
                load.p50(),
                load.p50() / alone,
                cpu / 1e3 / load.requests(),
                load.perSecond());
        remarkErrors(peer, idle + " idle connections", load);
        return load.p50();
    }

    /** From the start of the process to the first whole answer. */
    private void start() throws Exception {
        try (Sheet sheet = new Sheet(results, "start", "round", "peer", "start_ms")) {
            for (int round = 1; round <= plan.starts(); round++) {
                progress.begin("start-up, round " + round + " of " + plan.starts(), 0.5 * peers.size());
                for (Peer peer : inTurn(round)) {
                    long start = System.nanoTime();
                    try (Running server = peer.start(work)) {
                        Check.answers(server.port());
                        sheet.add(round, peer.name(), (System.nanoTime() - start) / 1e6);
                    } catch (UserError | IOException e) {
                        leaveOut(peer, "start-up: " + e.getMessage());
                    }
                }
            }
        }
    }

    // ------------------------------------------------------------------------- the rest

    /** Whether something is measured that needs servers that have been warmed. */
    private boolean warms() {
        return parts.contains(Part.LOAD) || parts.contains(Part.RATE) || parts.contains(Part.AB);
    }

    private double starting() {
        return 0.5 + (warms() ? plan.cells().size() * (plan.seconds() + 0.1) : 0);
    }

    private double planned() {
        int n = peers.size();
        double sum = n * starting();
        if (parts.contains(Part.LOAD)) {
            sum += plan.rounds() * plan.cells().size() * n * (plan.seconds() + 0.1);
        }
        if (parts.contains(Part.RATE)) {
            sum += (plan.rounds() * plan.rateCells().size() + 1) * n * (plan.seconds() + 1);
        }
        if (parts.contains(Part.AB) && Load.hasAb()) {
            sum += plan.otherRounds() * n * plan.abRequests() / 40_000.0;
        }
        if (parts.contains(Part.IDLE) && !plan.idle().isEmpty()) {
            sum += plan.otherRounds() * n * (4 + plan.idle().size() * 1.6);
        }
        if (parts.contains(Part.START)) {
            sum += plan.starts() * n * 0.5;
        }
        return sum;
    }

    private void writeMeta() throws IOException, InterruptedException {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("date", LocalDate.now().toString());
        all.putAll(Machine.describe());
        all.put("wrk", version("wrk", "-v"));
        all.put("ab", version("ab", "-V"));
        all.put("nginx", version("nginx", "-v"));
        all.put("cc", version("cc", "--version"));
        all.put("netty, microhttp", libraries("bench/peers/target/lib", "netty-codec-http-\\d.*|microhttp-.*"));
        all.put("hyperfoil", libraries("bench/target/lib", "hyperfoil-core-.*"));
        all.put("jvm options", String.join(" ", Peers.JVM));
        all.put("jvm options with idle connections", String.join(" ", FIXED_HEAP));
        all.put(
                "load",
                "wrk -t1 -c CONNECTIONS -d " + plan.seconds()
                        + "s --latency [-s bench/load/pipelined.lua … -- 16], rounds: "
                        + plan.rounds());
        all.put(
                "fixed rate",
                plan.rate() + " requests a second, " + plan.seconds() + " s, Hyperfoil constantRate, rounds: "
                        + plan.rounds());
        all.put(
                "idle connections",
                plan.idle() + ", each served once, the live one: wrk -t1 -c1 -d1s, rounds: " + plan.otherRounds());
        all.put("ab", "ab -q -k -n " + plan.abRequests() + " -c 128, rounds: " + plan.otherRounds());
        all.putAll(meta);
        leftOut.forEach((peer, why) -> all.put("left out " + peer, why));
        for (int i = 0; i < remarks.size(); i++) {
            all.put("remark " + (i + 1), remarks.get(i));
        }
        for (int i = 0; i < disturbances.size(); i++) {
            all.put("disturbed " + (i + 1), disturbances.get(i));
        }
        writeMeta(all, results);
    }

    static void writeMeta(Map<String, String> all, Path folder) throws IOException {
        try (var printer = new CSVPrinter(Files.newBufferedWriter(folder.resolve("meta.csv")), Sheet.FORMAT)) {
            printer.printRecord("what", "is");
            for (var entry : all.entrySet()) {
                printer.printRecord(entry.getKey(), entry.getValue());
            }
        }
    }

    static String version(String program, String option) throws IOException, InterruptedException {
        var path = Programs.find(program);
        return path.isEmpty()
                ? "none"
                : Machine.output(List.of(path.get().toString(), option))
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .findFirst()
                        .orElse("")
                        .replaceFirst(" Copyright.*| <\\$.*", "");
    }

    static String libraries(String folder, String pattern) throws IOException {
        Path path = Machine.ROOT.resolve(folder);
        if (!Files.isDirectory(path)) {
            return "not built";
        }
        try (var files = Files.list(path)) {
            return String.join(
                    " ",
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.matches(pattern))
                            .sorted()
                            .map(name -> name.replaceFirst("\\.jar$", ""))
                            .toList());
        }
    }
}
