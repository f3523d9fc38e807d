package tcp.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tcp.bench.Hostile.Trial;
import tcp.bench.Hostile.Verdict;
import tcp.testkit.system.UserError;

/** Sends each hostile client to each server, and keeps what was seen. */
final class Scoreboard {
    /** Seconds that a trial takes, about. */
    private static final double TRIAL = 3;

    private final Path work;
    private final PrintStream out;

    Scoreboard(Path work, PrintStream out) {
        this.work = work;
        this.out = out;
    }

    /** Tries them all, and writes marks.csv and meta.csv into the folder. */
    void run(List<Contestant> servers, List<Trial> trials, Path results) throws Exception {
        Files.createDirectories(results);
        Machine.pinThis();
        Progress progress = new Progress(out, servers.size() * trials.size() * TRIAL);
        Map<String, String> meta = Machine.describe();
        try (Sheet sheet = new Sheet(results, "marks", "server", "trial", "setting", "mark", "decides", "seen")) {
            for (Contestant server : servers) {
                meta.put("server " + server.name(), server.about());
                for (Trial trial : trials) {
                    progress.begin(server.name() + ": " + trial.title(), TRIAL);
                    Verdict verdict = judge(server, trial, false);
                    add(sheet, server, trial, "", verdict);
                    String setting = server.settings().get(trial);
                    if (setting != null && verdict.mark() != Mark.HOLDS) {
                        add(sheet, server, trial, setting, judge(server, trial, true));
                    }
                }
            }
        }
        Map<String, String> all = new LinkedHashMap<>();
        all.put("date", LocalDate.now().toString());
        all.putAll(meta);
        all.put("jvm options", String.join(" ", Bench.FIXED_HEAP));
        all.putAll(versions());
        Bench.writeMeta(all, results);
    }

    private void add(Sheet sheet, Contestant server, Trial trial, String setting, Verdict verdict) throws IOException {
        String decides = server.limits().getOrDefault(trial, "");
        Mark mark = verdict.mark();
        if (mark == Mark.REFUSES && decides.isEmpty()) {
            mark = Mark.FAILS; // nothing that one could set decides it
        }
        out.printf("       %s%s: %s%n", mark, setting.isEmpty() ? "" : " with " + setting, verdict.seen());
        sheet.add(
                server.name(),
                trial.title(),
                setting,
                mark,
                mark == Mark.REFUSES && setting.isEmpty() ? decides : "",
                verdict.seen());
    }

    private Verdict judge(Contestant server, Trial trial, boolean withSettings) throws Exception {
        try (Running running = server.start(work, trial, withSettings)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port());
            return new Hostile(address, running, server.jvm()).send(trial);
        } catch (UserError e) {
            return new Verdict(Mark.UNTRIED, e.getMessage());
        }
    }

    /** The same clients for a server that somebody has started, at an address. Returns how many trials it failed. */
    int target(String target, List<Trial> trials) throws Exception {
        InetSocketAddress address = address(target);
        int failed = 0;
        for (Trial trial : trials) {
            out.println(trial.title() + ": " + trial.text());
            Verdict verdict = new Hostile(address, null, false).send(trial);
            out.printf("  %s: %s%n", verdict.mark(), verdict.seen());
            failed += verdict.mark() == Mark.FAILS ? 1 : 0;
        }
        return failed;
    }

    private static InetSocketAddress address(String target) {
        int colon = target.lastIndexOf(':');
        try {
            return new InetSocketAddress(
                    target.substring(0, Math.max(0, colon)), Integer.parseInt(target.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new UserError("The target is HOST:PORT, as in 127.0.0.1:8080, and not " + target);
        }
    }

    /** The trials of these names; all of them if there is none. */
    static List<Trial> trials(List<String> names) {
        List<Trial> found = new ArrayList<>();
        for (String name : names) {
            found.add(List.of(Trial.values()).stream()
                    .filter(trial -> option(trial).equals(name))
                    .findFirst()
                    .orElseThrow(() -> new UserError("There is no trial " + name + ". There are: "
                            + String.join(
                                    ", ",
                                    List.of(Trial.values()).stream()
                                            .map(Scoreboard::option)
                                            .toList()))));
        }
        return found.isEmpty() ? List.of(Trial.values()) : found;
    }

    /** Its name in a command. */
    static String option(Trial trial) {
        return trial.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Map<String, String> versions() throws IOException, InterruptedException {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("nginx", Bench.version("nginx", "-v"));
        versions.put("node", Bench.version("node", "-v"));
        versions.put(
                "libraries",
                Bench.libraries(
                        "bench/peers/target/lib",
                        "(netty-codec-http-\\d|microhttp-|jetty-server-|tomcat-embed-core-|undertow-core-|helidon-webserver-\\d).*"));
        return versions;
    }
}
