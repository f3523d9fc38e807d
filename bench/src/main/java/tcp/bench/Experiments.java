package tcp.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tcp.testkit.system.UserError;

/**
 * What stands beside itself with one thing changed: a line of step 5, or a setting of the
 * JVM or of a library. In each round every variant is started and measured once, and each
 * is the first in its turn.
 */
final class Experiments {
    /** What can be tried. */
    enum Experiment {
        /** Nagle's algorithm on or off, with one write a burst or one write an answer. */
        NAGLE,
        /** The queue of clients that wait to be accepted: 1024 or 50. */
        BACKLOG,
        /** Three clients that flood the server: read once, or until nothing is left. */
        FLOOD,
        /** Buffers outside the Java heap, or in it. */
        BUFFERS,
        /** Start-up with an archive of loaded classes (JDK 17), or an AOT cache (JDK 25). */
        AOT,
        /** An idle connection with compact object headers (JDK 25). */
        HEADERS,
        /** Virtual threads with each of the JDK's ways to poll (JDK 21). */
        POLLERS,
        /** Netty with NIO, epoll and io_uring (Linux). */
        IO_URING,
        /** The loop in C when it calls the kernel as a JVM does; its own time, and the kernel's (Linux). */
        CALLS
    }

    /** One that stands beside the others: its name, the patches that it has, and how it is started. */
    record Variant(String name, List<String> patches, Command command) {
        private Variant(String name, Command command) {
            this(name, List.of(), command);
        }

        /** Gives its command; throws UserError if it can't be started here: says why. */
        interface Command {
            List<String> of(Path work) throws Exception;
        }
    }

    private static final int BURST = 3000;
    private static final int FLOODING = 3;
    private static final int IDLE = 10_000;
    private static final int FIRST_IDLE = 10;

    private final Path work;
    private final Path results;
    private final int rounds;
    private final PrintStream out;
    private final Progress progress;

    Experiments(Path work, Path results, int rounds, PrintStream out, Progress progress) {
        this.work = work;
        this.results = results;
        this.rounds = rounds;
        this.out = out;
        this.progress = progress;
    }

    /** Of each, as its sheet is called. */
    static List<String> names() {
        return Stream.of(Experiment.values()).map(Experiments::name).toList();
    }

    private static String name(Experiment experiment) {
        return experiment.name().toLowerCase(Locale.ROOT);
    }

    /** Seconds that it takes, about. */
    static double planned(Experiment experiment, int rounds) {
        return rounds * variants(experiment).size() * seconds(experiment);
    }

    private static double seconds(Experiment experiment) {
        return switch (experiment) {
            case NAGLE, BUFFERS, CALLS -> 9;
            case BACKLOG, FLOOD -> 4;
            case AOT -> 0.3;
            case HEADERS -> 6;
            case POLLERS, IO_URING -> 13;
        };
    }

    static List<Variant> variants(Experiment experiment) {
        return switch (experiment) {
            case NAGLE ->
                List.of(
                        patched("step5"),
                        patched("nagle", "nagle"),
                        patched("write-each", "write-each"),
                        patched("nagle, write-each", "write-each", "nagle"));
            case BACKLOG -> List.of(patched("step5"), patched("backlog-50", "backlog-50"));
            case FLOOD -> List.of(patched("step5"), patched("read-until-empty", "read-until-empty"));
            case BUFFERS -> List.of(patched("step5"), patched("heap-buffers", "heap-buffers"));
            case AOT ->
                List.of(
                        new Variant("step5", folder -> Peers.step5(Peers.JVM)),
                        new Variant(
                                "class archive",
                                folder -> archived(folder, 17, "ArchiveClassesAtExit", "SharedArchiveFile")),
                        new Variant("AOT cache", folder -> archived(folder, 25, "AOTCacheOutput", "AOTCache")));
            case HEADERS ->
                List.of(
                        new Variant("step5", folder -> Peers.step5(Bench.FIXED_HEAP)),
                        new Variant("step5-compact", folder -> Peers.step5(compact())),
                        new Variant("netty-nio", folder -> Peers.peersJar(Bench.FIXED_HEAP, "netty-nio")),
                        new Variant("netty-nio-compact", folder -> Peers.peersJar(compact(), "netty-nio")));
            case POLLERS ->
                List.of(
                        virtual("virtual"),
                        virtual("pollerMode=1", "-Djdk.pollerMode=1"),
                        virtual("pollerMode=2", "-Djdk.pollerMode=2"));
            case IO_URING ->
                Stream.of("netty-nio", "netty-epoll", "netty-io_uring")
                        .map(name -> new Variant(name, folder -> Peers.peersJar(Peers.JVM, name)))
                        .toList();
            case CALLS ->
                List.of(
                        inC("c-epoll"),
                        inC("c-as-a-jvm", "c-as-a-jvm"),
                        new Variant("step5", folder -> Peers.step5(Peers.JVM)));
        };
    }

    private static Variant patched(String name, String... patches) {
        return new Variant(
                name,
                List.of(patches),
                folder -> Peers.java(
                        Peers.JVM,
                        "-cp",
                        Patched.compile(folder, List.of(patches)).toString(),
                        "tcp.Server",
                        "0"));
    }

    private static Variant inC(String name, String... patches) {
        return new Variant(name, List.of(patches), folder -> Peers.floor(folder, patches));
    }

    private static Variant virtual(String name, String... options) {
        return new Variant(name, folder -> {
            Machine.needsJdk(21);
            return Peers.peersJar(Peers.with(Peers.JVM, options), "virtual");
        });
    }

    private static List<String> compact() {
        Machine.needsJdk(25);
        return Peers.with(Bench.FIXED_HEAP, "-XX:+UseCompactObjectHeaders");
    }

    /** Step 5 with a file that an earlier run of it has left, made if it is not there yet. */
    private static List<String> archived(Path folder, int jdk, String written, String used) throws Exception {
        Machine.needsJdk(jdk);
        Path file = folder.resolve(used);
        if (!Files.exists(file)) {
            List<String> command = Peers.step5(Peers.with(Peers.JVM, "-XX:" + written + "=" + file));
            try (Running server = Running.start(command, folder.resolve("archive.log"), 0)) {
                Check.answers(server.port());
                server.endPatiently(30);
            }
            if (!Files.exists(file)) {
                throw new UserError("this JVM wrote no " + written);
            }
        }
        return Peers.step5(Peers.with(Peers.JVM, "-XX:" + used + "=" + file));
    }

    /** Measures all variants that can be started here; false: there is none. */
    boolean run(Experiment experiment) throws Exception {
        String name = name(experiment);
        List<Variant> variants = new ArrayList<>(variants(experiment));
        try (Sheet sheet = new Sheet(results, name, columns(experiment))) {
            for (int round = 1; round <= rounds; round++) {
                List<Variant> inTurn = new ArrayList<>(variants);
                Collections.rotate(inTurn, 1 - round);
                for (Variant variant : inTurn) {
                    progress.begin(
                            name + ", round " + round + " of " + rounds + ": " + variant.name(), seconds(experiment));
                    try {
                        measure(experiment, variant, round, sheet);
                    } catch (UserError e) {
                        variants.remove(variant);
                        out.println("       left out: " + variant.name() + ": " + e.getMessage());
                    }
                }
            }
        }
        return !variants.isEmpty();
    }

    private static String[] columns(Experiment experiment) {
        return switch (experiment) {
            case NAGLE, BUFFERS, POLLERS, IO_URING ->
                new String[] {
                    "round", "peer", "connections", "pipelined", "errors", "per_s", "cpu_us", "p50_us", "p99_us"
                };
            case CALLS ->
                new String[] {"round", "peer", "connections", "pipelined", "errors", "cpu_us", "own_us", "kernel_us"};
            case BACKLOG -> new String[] {"round", "peer", "connections", "late", "failed", "p50_ms", "worst_ms"};
            case FLOOD -> new String[] {"round", "peer", "requests", "p50_ms", "p99_ms", "worst_ms"};
            case AOT -> new String[] {"round", "peer", "start_ms"};
            case HEADERS -> new String[] {"round", "peer", "idle", "each_bytes"};
        };
    }

    private static Plan.Cell[] cells(Experiment experiment) {
        return switch (experiment) {
            case NAGLE -> new Plan.Cell[] {new Plan.Cell(1, 16), new Plan.Cell(128, 16)};
            case BUFFERS -> new Plan.Cell[] {new Plan.Cell(128, 1), new Plan.Cell(128, 16)};
            case CALLS -> new Plan.Cell[] {new Plan.Cell(128, 1), new Plan.Cell(1024, 1)};
            default -> new Plan.Cell[] {new Plan.Cell(1, 1), new Plan.Cell(128, 1), new Plan.Cell(1024, 1)};
        };
    }

    private void measure(Experiment experiment, Variant variant, int round, Sheet sheet) throws Exception {
        List<String> command = variant.command().of(work);
        long start = System.nanoTime();
        try (Running server = Running.start(command, work.resolve("variant.log"), 0)) {
            Check.answers(server.port());
            double started = (System.nanoTime() - start) / 1e6;
            switch (experiment) {
                case BACKLOG -> burst(variant.name(), server, round, sheet);
                case FLOOD -> flood(variant.name(), server, round, sheet);
                case AOT -> sheet.add(round, variant.name(), started);
                case HEADERS -> sheet.add(round, variant.name(), IDLE, idle(server));
                default -> {
                    Load.warm(server.port(), List.of(cells(experiment)), 2);
                    for (Plan.Cell cell : cells(experiment)) {
                        if (experiment == Experiment.CALLS) {
                            calls(variant.name(), server, round, sheet, cell);
                        } else {
                            load(variant.name(), server, round, sheet, cell);
                        }
                    }
                }
            }
            if (server.ended() != null) {
                throw new UserError(variant.name() + ": " + server.ended());
            }
        }
    }

    /** Bytes that an idle connection takes. */
    private static double idle(Running server) throws Exception {
        Load.wrk(server.port(), 16, 1, 2); // warm
        try (Idle idle = new Idle(server.port())) {
            idle.growTo(FIRST_IDLE);
            Memory before = Memory.of(true, server);
            idle.growTo(IDLE);
            return Memory.of(true, server).eachSince(before, IDLE - FIRST_IDLE);
        }
    }

    private static void load(String variant, Running server, int round, Sheet sheet, Plan.Cell cell) throws Exception {
        Running.Cpu before = server.cpu();
        Load load = Load.wrk(server.port(), cell.connections(), cell.pipelined(), 2);
        long cpu = server.cpu().since(before);
        sheet.add(
                round,
                variant,
                cell.connections(),
                cell.pipelined(),
                load.errors(),
                load.perSecond(),
                cpu / 1e3 / load.requests(),
                load.p50(),
                load.p99());
    }

    /** CPU time in the server's own code, and in the kernel. */
    private static void calls(String variant, Running server, int round, Sheet sheet, Plan.Cell cell) throws Exception {
        Running.Cpu before = server.cpu();
        long ownBefore = server.ownMillis();
        Load load = Load.wrk(server.port(), cell.connections(), cell.pipelined(), 2);
        double cpu = server.cpu().since(before) / 1e3 / load.requests();
        double own = (server.ownMillis() - ownBefore) * 1e3 / load.requests();
        sheet.add(round, variant, cell.connections(), cell.pipelined(), load.errors(), cpu, own, cpu - own);
    }

    /** Many clients connect at the same moment. Late is who waits for 0.9 s or more. */
    private static void burst(String variant, Running server, int round, Sheet sheet) throws Exception {
        if (Machine.descriptors() < BURST + 100) {
            throw new UserError("This needs " + (BURST + 100) + " descriptors, and a process may have "
                    + Machine.descriptors() + " here: ulimit -n " + (BURST + 1000));
        }
        try (Idle warm = new Idle(server.port())) {
            warm.growTo(2000); // so that Java has compiled what accepts
        }
        List<SocketChannel> clients = new ArrayList<>();
        double[] waits = new double[BURST];
        Arrays.fill(waits, Double.MAX_VALUE);
        int[] connected = {0, 0}; // and failed
        try (Selector selector = Selector.open()) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            long[] starts = new long[BURST];
            for (int i = 0; i < BURST; i++) {
                SocketChannel client = SocketChannel.open();
                clients.add(client);
                client.configureBlocking(false);
                starts[i] = System.nanoTime();
                if (client.connect(address)) {
                    waits[i] = (System.nanoTime() - starts[i]) / 1e6;
                    connected[0]++;
                } else {
                    client.register(selector, SelectionKey.OP_CONNECT, i);
                }
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
            while (connected[0] + connected[1] < BURST && System.nanoTime() < end) {
                selector.select(
                        key -> {
                            try {
                                ((SocketChannel) key.channel()).finishConnect();
                                int i = (Integer) key.attachment();
                                waits[i] = (System.nanoTime() - starts[i]) / 1e6;
                                connected[0]++;
                            } catch (IOException e) {
                                connected[1]++;
                            }
                            key.cancel();
                        },
                        100);
            }
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
        }
        double[] done = Arrays.stream(waits)
                .filter(wait -> wait < Double.MAX_VALUE)
                .sorted()
                .toArray();
        sheet.add(
                round,
                variant,
                BURST,
                Arrays.stream(done).filter(wait -> wait >= 900).count(),
                BURST - done.length,
                done[done.length / 2],
                done[done.length - 1]);
    }

    /** Three clients send a head without end, as fast as they can; a fourth one asks. */
    private static void flood(String variant, Running server, int round, Sheet sheet) throws Exception {
        List<Socket> flooding = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        byte[] junk = new byte[64 * 1024];
        Arrays.fill(junk, (byte) 'x');
        List<Double> waits = new ArrayList<>();
        try (Socket live = Check.connect(server.port())) {
            live.setSoTimeout(10_000); // it may well wait for long
            InputStream in = new BufferedInputStream(live.getInputStream());
            for (int i = 0; i < FLOODING; i++) {
                Socket socket = Check.connect(server.port());
                flooding.add(socket);
                Thread thread = new Thread(() -> {
                    try {
                        while (true) {
                            socket.getOutputStream().write(junk);
                        }
                    } catch (IOException closed) {
                    }
                });
                threads.add(thread);
                thread.setDaemon(true);
                thread.start();
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            while (System.nanoTime() < end) {
                long start = System.nanoTime();
                live.getOutputStream().write(Check.REQUEST);
                Check.response(in);
                waits.add((System.nanoTime() - start) / 1e6);
            }
        } finally {
            for (Socket socket : flooding) {
                socket.close();
            }
            for (Thread thread : threads) {
                thread.join(2000);
            }
        }
        double[] sorted =
                waits.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        sheet.add(
                round,
                variant,
                sorted.length,
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100],
                sorted[sorted.length - 1]);
    }
}
