package tcp.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import tcp.bench.Hostile.Trial;
import tcp.testkit.system.Programs;
import tcp.testkit.system.UserError;

/**
 * A server on the scoreboard, with its own defaults.
 *
 * @param limits
 *            the documented setting that decides where it turns a client away
 * @param settings
 *            what is set when a trial is made once more since a documented setting changes its mark; empty: nothing
 */
record Contestant(
        String name,
        String about,
        boolean jvm,
        Peer.Program defaults,
        Peer.Program set,
        Map<Trial, String> limits,
        Map<Trial, String> settings) {
    /** All of them, in the order of the scoreboard. */
    static final List<Contestant> ALL = List.of(
            program(
                    "step5",
                    "step5-http/target/step5-http.jar as it is",
                    true,
                    (work, options, port) -> Peers.step5(options)),
            program(Peers.FLOOR, "the loop in C of the benchmark", false, (work, options, port) -> Peers.floor(work)),
            ours("blocking", "a thread a connection, of the benchmark"),
            ours("virtual", "a virtual thread a connection, of the benchmark"),
            ours("jdk-httpserver", "com.sun.net.httpserver, no executor")
                    .limit(Trial.HUGE_HEAD, "sun.net.httpserver.maxReqHeaderSize, 393,216 bytes")
                    .limit(Trial.IDLE, "sun.net.httpserver.maxIdleConnections, 200")
                    .setting(Trial.IDLE, "sun.net.httpserver.maxIdleConnections=20000", jdkHttpServer())
                    .setting(Trial.NEVER_READS, "setExecutor(newCachedThreadPool())", jdkHttpServer())
                    .setting(Trial.SILENT, "setExecutor(newCachedThreadPool())", jdkHttpServer()),
            netty("netty-nio"),
            netty("netty-epoll"),
            ours("microhttp", "as in the benchmark: one event loop").limit(Trial.HUGE_HEAD, "maxRequestSize, 1 MB"),
            program(
                            Peers.NGINX,
                            "return 200, access_log off",
                            false,
                            (work, options, port) -> Peers.nginx(work, port, "", ""))
                    .limit(Trial.HUGE_HEAD, "large_client_header_buffers, 4 of 8 KB")
                    .limit(Trial.IDLE, "worker_connections, 512")
                    .limit(Trial.PIPELINED, "keepalive_requests, 1000")
                    .limit(Trial.NEVER_READS, "keepalive_requests, 1000")
                    .setting(
                            Trial.IDLE,
                            "worker_connections 16384",
                            (work, options, port) -> Peers.nginx(work, port, "worker_connections 16384;", "")),
            ours("jetty", "a Handler of its core, all defaults").limit(Trial.HUGE_HEAD, "requestHeaderSize, 8 KB"),
            ours("tomcat", "embedded, a servlet, all defaults")
                    .limit(Trial.HUGE_HEAD, "maxHttpRequestHeaderSize, 8 KB")
                    .limit(Trial.PIPELINED, "maxKeepAliveRequests, 100")
                    .limit(Trial.NEVER_READS, "maxKeepAliveRequests, 100")
                    .setting(Trial.PIPELINED, "maxKeepAliveRequests=-1", set("tomcat"))
                    .setting(Trial.NEVER_READS, "maxKeepAliveRequests=-1", set("tomcat")),
            ours("undertow", "answers from its I/O thread, all defaults")
                    .limit(Trial.HUGE_HEAD, "MAX_HEADER_SIZE, 1 MB, and MAX_HEADERS, 200"),
            program("helidon", "WebServer, all defaults", true, (work, options, port) -> helidon(options))
                    .limit(Trial.HUGE_HEAD, "max-headers-size, 16 KB"),
            program("node", "node:http, all defaults", false, (work, options, port) -> node())
                    .limit(Trial.HUGE_HEAD, "--max-http-header-size, 16 KB"));

    static List<String> names() {
        return ALL.stream().map(Contestant::name).toList();
    }

    static Contestant program(String name, String about, boolean jvm, Peer.Program program) {
        return new Contestant(name, about, jvm, program, program, Map.of(), Map.of());
    }

    private static Contestant ours(String name, String about) {
        return program(name, about, true, (work, options, port) -> {
            if (name.equals("virtual")) {
                Machine.needsJdk(21);
            }
            return Peers.peersJar(options, name);
        });
    }

    private static Contestant netty(String name) {
        return ours(name, "HttpServerCodec and a handler that writes each answer and flushes after each read")
                .limit(Trial.HUGE_HEAD, "HttpServerCodec's maxHeaderSize, 8 KB")
                .setting(Trial.NEVER_READS, "setAutoRead(isWritable()) when the writability changes", set(name));
    }

    private static Peer.Program jdkHttpServer() {
        return (work, options, port) -> Peers.peersJar(
                Peers.with(Peers.with(options, "-Dset=true"), "-Dsun.net.httpserver.maxIdleConnections=20000"),
                "jdk-httpserver");
    }

    private static Peer.Program set(String name) {
        return (work, options, port) -> Peers.peersJar(Peers.with(options, "-Dset=true"), name);
    }

    private Contestant limit(Trial trial, String setting) {
        return new Contestant(name, about, jvm, defaults, set, plus(limits, trial, setting), settings);
    }

    private Contestant setting(Trial trial, String setting, Peer.Program program) {
        return new Contestant(name, about, jvm, defaults, program, limits, plus(settings, trial, setting));
    }

    private static Map<Trial, String> plus(Map<Trial, String> map, Trial trial, String setting) {
        Map<Trial, String> all = new EnumMap<>(Trial.class);
        all.putAll(map);
        all.put(trial, setting);
        return all;
    }

    private static List<String> helidon(List<String> options) {
        Machine.needsJdk(21);
        String libraries =
                Machine.ROOT.resolve("bench/peers/target/lib").resolve("*").toString();
        return Peers.java(
                options,
                "-cp",
                libraries,
                Machine.ROOT.resolve("bench/peers/Helidon.java").toString());
    }

    private static List<String> node() {
        Path node = Programs.find("node").orElseThrow(() -> new UserError("Node is not installed"));
        return List.of(
                node.toString(), Machine.ROOT.resolve("bench/peers/node.mjs").toString());
    }

    /**
     * Starts it for a trial.
     *
     * @param withSettings
     *            with what settings() says, and not with the defaults only
     */
    Running start(Path work, Trial trial, boolean withSettings) throws Exception {
        int port = name.equals(Peers.NGINX) ? Peers.freePort() : 0;
        // What a server leaves in its temporary folder goes away with the work; and see bench-peers' Main.
        List<String> options = Peers.with(Bench.FIXED_HEAP, "-Djava.io.tmpdir=" + work, "-Dlogged=true");
        List<String> command = new ArrayList<>();
        if (trial == Trial.DESCRIPTORS) {
            if (Programs.find("sh").isEmpty()) {
                throw new UserError("this needs a shell with ulimit");
            }
            command.addAll(List.of("sh", "-c", "ulimit -n " + Hostile.FEW_DESCRIPTORS + " && exec \"$@\"", "sh"));
        }
        command.addAll((withSettings ? set : defaults).command(work, options, port));
        return Running.start(command, work.resolve(name + ".log"), port);
    }
}
