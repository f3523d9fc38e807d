package tcp.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tcp.testkit.system.Programs;
import tcp.testkit.system.UserError;

/** How often a server calls the kernel for one request, counted by strace (Linux). */
final class Syscalls {
    private static final Pattern LINE =
            Pattern.compile("(?m)^\\s*[\\d.]+\\s+[\\d.]+\\s+\\d+\\s+(\\d+)\\s+(?:\\d+\\s+)?(\\w+)\\s*$");
    private static final double SECONDS = 13; // for a server in a round: start, warm up, three cells
    private static final Map<String, Set<String>> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("wait", Set.of("epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6"));
        KINDS.put("change", Set.of("epoll_ctl"));
        KINDS.put("read", Set.of("read", "readv", "recvfrom", "recvmsg"));
        KINDS.put("write", Set.of("write", "writev", "sendto", "sendmsg", "sendfile"));
        KINDS.put("futex", Set.of("futex"));
    }

    private Syscalls() {}

    /** Starts each server anew in each round. Throws UserError where there is no strace. */
    static void run(List<Peer> peers, int rounds, Path work, Path results, PrintStream out) throws Exception {
        if (Programs.find("strace").isEmpty()) {
            throw new UserError("strace is not installed; it is for Linux. Debian, Ubuntu: apt install strace");
        }
        List<Plan.Cell> cells = List.of(new Plan.Cell(1, 1), new Plan.Cell(128, 1), new Plan.Cell(128, 16));
        List<Peer> inTurn = new ArrayList<>(peers);
        Progress progress = new Progress(out, rounds * peers.size() * SECONDS);
        try (Sheet sheet = new Sheet(
                results,
                "syscalls",
                "round",
                "peer",
                "connections",
                "pipelined",
                "requests",
                "timeouts",
                "wait",
                "change",
                "read",
                "write",
                "futex",
                "other",
                "all")) {
            for (int round = 1; round <= rounds; round++) {
                for (Peer peer : inTurn) {
                    progress.begin("system calls, round " + round + " of " + rounds + ": " + peer.name(), SECONDS);
                    try (Running server = peer.start(work)) {
                        Check.answers(server.port());
                        Load.warm(server.port(), cells, 1);
                        for (Plan.Cell cell : cells) {
                            count(peer, round, server, cell, work, sheet);
                        }
                    } catch (UserError | IOException e) {
                        out.println("       left out: " + peer.name() + ": " + e.getMessage());
                    }
                }
                Collections.rotate(inTurn, -1);
            }
        }
    }

    private static void count(Peer peer, int round, Running server, Plan.Cell cell, Path work, Sheet sheet)
            throws Exception {
        Path counts = work.resolve("strace.counts");
        Path said = work.resolve("strace.said");
        List<String> command = new ArrayList<>(List.of("strace", "-c", "-f", "-o", counts.toString()));
        for (ProcessHandle process : server.processes()) {
            command.addAll(List.of("-p", "" + process.pid()));
        }
        Process strace = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        Running.endWithThis(strace.toHandle());
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (!Files.readString(said).contains("attached")) {
                if (!strace.isAlive() || System.nanoTime() > end) {
                    throw new UserError("strace: " + Files.readString(said).strip());
                }
                strace.waitFor(10, TimeUnit.MILLISECONDS);
            }
            Load load = Load.wrk(server.port(), cell.connections(), cell.pipelined(), 2);
            strace.destroy();
            strace.waitFor(5, TimeUnit.SECONDS);
            Map<String, Long> calls = parse(Files.readString(counts));
            List<Object> row = new ArrayList<>(
                    List.of(round, peer.name(), cell.connections(), cell.pipelined(), load.requests(), load.errors()));
            double all = 0;
            for (String kind : List.of("wait", "change", "read", "write", "futex", "other")) {
                double each = (double) calls.getOrDefault(kind, 0L) / load.requests();
                all += each;
                row.add(each);
            }
            row.add(all);
            sheet.add(row.toArray());
        } finally {
            strace.destroyForcibly();
            Running.ended(strace.toHandle());
        }
    }

    /** The calls of each kind in what strace -c prints. */
    static Map<String, Long> parse(String counts) {
        Map<String, Long> calls = new LinkedHashMap<>();
        Matcher line = LINE.matcher(counts);
        while (line.find()) {
            String name = line.group(2);
            if (!name.equals("total")) {
                String kind = KINDS.entrySet().stream()
                        .filter(entry -> entry.getValue().contains(name))
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .orElse("other");
                calls.merge(kind, Long.parseLong(line.group(1)), Long::sum);
            }
        }
        return calls;
    }
}
