package tcp.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tcp.testkit.system.UserError;

/** Step 5 beside itself with a line or two changed: what that line is there for. */
final class Experiments {
    /** What can be tried: the patches that each variant of step 5 has. */
    enum Experiment {
        /** Nagle's algorithm on or off, with one write a burst or one write an answer. */
        NAGLE,
        /** The queue of clients that wait to be accepted: 1024 or 50. */
        BACKLOG,
        /** Three clients that flood the server: read once, or until nothing is left. */
        FLOOD,
        /** Buffers outside the Java heap, or in it. */
        BUFFERS
    }

    private static final int BURST = 3000;
    private static final int FLOODING = 3;

    private final Path work;
    private final Path results;
    private final int rounds;
    private final Progress progress;

    Experiments(Path work, Path results, int rounds, Progress progress) {
        this.work = work;
        this.results = results;
        this.rounds = rounds;
        this.progress = progress;
    }

    /** Seconds that it takes, about. */
    static double planned(Experiment experiment, int rounds) {
        return rounds * variants(experiment).size() * seconds(experiment);
    }

    private static double seconds(Experiment experiment) {
        return switch (experiment) {
            case NAGLE, BUFFERS -> 5.5;
            case BACKLOG -> 4;
            case FLOOD -> 4;
        };
    }

    static Map<String, List<String>> variants(Experiment experiment) {
        Map<String, List<String>> variants = new LinkedHashMap<>();
        variants.put("step5", List.of());
        switch (experiment) {
            case NAGLE -> {
                variants.put("nagle", List.of("nagle"));
                variants.put("write-each", List.of("write-each"));
                variants.put("nagle, write-each", List.of("write-each", "nagle"));
            }
            case BACKLOG -> variants.put("backlog-50", List.of("backlog-50"));
            case FLOOD -> variants.put("read-until-empty", List.of("read-until-empty"));
            case BUFFERS -> variants.put("heap-buffers", List.of("heap-buffers"));
            default -> throw new IllegalArgumentException("" + experiment);
        }
        return variants;
    }

    static Path patch(String name) {
        return Machine.ROOT.resolve("bench/experiments/" + name + ".patch");
    }

    void run(Experiment experiment) throws Exception {
        String name = experiment.name().toLowerCase(java.util.Locale.ROOT);
        try (Sheet sheet = new Sheet(results, name, columns(experiment))) {
            for (int round = 1; round <= rounds; round++) {
                for (var variant : variants(experiment).entrySet()) {
                    progress.begin(
                            name + ", round " + round + " of " + rounds + ": " + variant.getKey(), seconds(experiment));
                    Path[] patches =
                            variant.getValue().stream().map(Experiments::patch).toArray(Path[]::new);
                    List<String> command = Peers.java(
                            Peers.JVM, "-cp", Patched.compile(work, patches).toString(), "tcp.Server", "0");
                    try (Running server = Running.start(command, work.resolve("variant.log"), 0)) {
                        Check.answers(server.port());
                        measure(experiment, variant.getKey(), server, round, sheet);
                        if (server.ended() != null) {
                            throw new UserError(variant.getKey() + ": " + server.ended());
                        }
                    }
                }
            }
        }
    }

    private static String[] columns(Experiment experiment) {
        return switch (experiment) {
            case NAGLE, BUFFERS ->
                new String[] {
                    "round", "peer", "connections", "pipelined", "errors", "per_s", "cpu_us", "p50_us", "p99_us"
                };
            case BACKLOG -> new String[] {"round", "peer", "connections", "late", "failed", "p50_ms", "worst_ms"};
            case FLOOD -> new String[] {"round", "peer", "requests", "p50_ms", "p99_ms", "worst_ms"};
        };
    }

    private static void measure(Experiment experiment, String variant, Running server, int round, Sheet sheet)
            throws Exception {
        switch (experiment) {
            case NAGLE -> {
                Load.wrk(server.port(), 16, 16, 1); // warm
                load(variant, server, round, sheet, new Plan.Cell(1, 16));
                load(variant, server, round, sheet, new Plan.Cell(128, 16));
            }
            case BUFFERS -> {
                Load.wrk(server.port(), 128, 16, 1); // warm
                load(variant, server, round, sheet, new Plan.Cell(128, 1));
                load(variant, server, round, sheet, new Plan.Cell(128, 16));
            }
            case BACKLOG -> burst(variant, server, round, sheet);
            case FLOOD -> flood(variant, server, round, sheet);
            default -> throw new IllegalArgumentException("" + experiment);
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
