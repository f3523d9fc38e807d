package tcp.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tcp.testkit.system.Programs;
import tcp.testkit.system.UserError;

/** The servers that step 5 stands beside. */
final class Peers {
    static final String FLOOR = "c-epoll";
    static final String STEP5 = "step5";
    static final String NGINX = "nginx";
    /** The same for all JVMs. On one core, Java chooses the serial collector anyway. */
    static final List<String> JVM = List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmx1g");

    private static final List<Peer> ALL = List.of(
            new Peer(
                    FLOOR,
                    "bench/peers/epoll.c, cc -O2: the same loop in C, the floor",
                    (work, options, port) -> floor(work)),
            new Peer(STEP5, "step5-http/target/step5-http.jar as it is", (work, options, port) -> step5(options)),
            new Peer(
                    "step5-jdk17",
                    "the same on JDK 17, from JDK17_HOME or /usr/lib/jvm",
                    (work, options, port) -> step5On17(options)),
            new Peer(
                    "step5-flip",
                    "step 5 with op-write-flip.patch: asks for OP_WRITE before each answer, the article's way",
                    (work, options, port) -> java(
                            options,
                            "-cp",
                            Patched.compile(work, List.of("op-write-flip")).toString(),
                            "tcp.Server",
                            "0")),
            peer("blocking", "a thread a connection: newCachedThreadPool, TCP_NODELAY, 8 KiB buffer a connection"),
            new Peer("virtual", "the same code, newVirtualThreadPerTaskExecutor", (work, options, port) -> {
                Machine.needsJdk(21);
                return peersJar(options, "virtual");
            }),
            new Peer("jdk-httpserver", """
                    com.sun.net.httpserver, no executor of its own as in its documentation; nodelay=true, \
                    maxIdleConnections=20000, idleInterval=300""", (work, options, port) -> {
                List<String> all = new ArrayList<>(options);
                all.add("-Dsun.net.httpserver.nodelay=true");
                all.add("-Dsun.net.httpserver.maxIdleConnections=20000");
                all.add("-Dsun.net.httpserver.idleInterval=300");
                return peersJar(all, "jdk-httpserver");
            }),
            peer("netty-nio", """
                    1 event loop, NioIoHandler, HttpServerCodec, write, and flush at channelReadComplete; \
                    SO_BACKLOG 1024"""),
            peer("netty-epoll", "as netty-nio, with EpollIoHandler (native, Linux)"),
            peer(
                    "microhttp",
                    "concurrency 1 (one event loop beside the one that accepts), backlog 1024, else its defaults"),
            new Peer(NGINX, """
                    1 worker, return 200, access_log off, keepalive_requests 1000000000, \
                    keepalive_timeout 300s, worker_connections 16384""", (work, options, port) -> {
                long most = Math.min(16384, Machine.descriptors() - 100);
                return nginx(
                        work,
                        port,
                        "worker_connections " + most + ";",
                        "keepalive_requests 1000000000; keepalive_timeout 300s;");
            }));

    private Peers() {}

    private static Peer peer(String name, String about) {
        return new Peer(name, about, (work, options, port) -> peersJar(options, name));
    }

    static List<String> names() {
        return ALL.stream().map(Peer::name).toList();
    }

    /** All but the variants of step 5. */
    static List<String> quick() {
        return names().stream()
                .filter(name -> name.equals(STEP5) || !name.startsWith(STEP5))
                .toList();
    }

    /** Those named, in the order of the tables; the floor first. */
    static List<Peer> named(List<String> names) {
        for (String name : names) {
            if (!names().contains(name)) {
                throw new UserError("There is no peer " + name + ". There are: " + String.join(", ", names()));
            }
        }
        return ALL.stream().filter(peer -> names.contains(peer.name())).toList();
    }

    /** These options and some more. */
    static List<String> with(List<String> options, String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return all;
    }

    static List<String> java(List<String> options, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Machine.JAVA_HOME.resolve("bin/java").toString()));
        command.addAll(options);
        command.addAll(List.of(arguments));
        return command;
    }

    static List<String> step5(List<String> options) {
        return java(options, "-jar", jar("step5-http", "step5-http/target/step5-http.jar"), "0");
    }

    private static List<String> step5On17(List<String> options) {
        Path home = Machine.jdk17();
        if (home == null) {
            throw new UserError(
                    Runtime.version().feature() == 17
                            ? "all servers are on JDK 17 here"
                            : "no JDK 17: set JDK17_HOME to the folder of one");
        }
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/java").toString()));
        command.addAll(options);
        command.addAll(List.of("-jar", jar("step5-http", "step5-http/target/step5-http.jar"), "0"));
        return command;
    }

    static List<String> peersJar(List<String> options, String name) {
        List<String> all = new ArrayList<>(options);
        if (name.equals("netty-epoll") || name.equals("netty-io_uring")) {
            if (!System.getProperty("os.name").equals("Linux")) {
                throw new UserError("it needs Linux");
            }
            if (Runtime.version().feature() >= 24) {
                all.add("--enable-native-access=ALL-UNNAMED"); // else it is warned of
            }
        }
        return java(all, "-jar", jar("bench-peers", "bench/peers/target/bench-peers.jar"), name);
    }

    private static String jar(String module, String name) {
        Path jar = Machine.ROOT.resolve(name);
        if (!Files.exists(jar)) {
            throw new UserError(name + " is not built: ./mvnw package -DskipTests");
        }
        return jar.toString();
    }

    /** The loop in C, with these patches of bench/experiments. */
    static List<String> floor(Path work, String... patches) throws Exception {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new UserError("epoll needs Linux");
        }
        String compiler = Stream.of("cc", "gcc", "clang")
                .filter(name -> Programs.find(name).isPresent())
                .findFirst()
                .orElseThrow(() -> new UserError("no C compiler (Debian, Ubuntu: apt install gcc libc6-dev)"));
        Path program = work.resolve(String.join("+", patches) + "epoll");
        if (!Files.exists(program)) {
            Path source = work.resolve("epoll.c");
            Files.writeString(source, Patched.source("bench/peers/epoll.c", List.of(patches)));
            String said =
                    Machine.output(List.of(compiler, "-O2", "-pthread", "-o", program.toString(), source.toString()));
            if (!Files.exists(program)) {
                throw new UserError(
                        compiler + " fails: " + said.lines().findFirst().orElse("it says nothing"));
            }
        }
        return List.of(program.toString());
    }

    /**
     * Writes its configuration and gives its command.
     *
     * @param events
     *            lines for the events block
     * @param http
     *            lines for the http block
     */
    static List<String> nginx(Path work, int port, String events, String http) throws Exception {
        Path nginx = Programs.find("nginx")
                .or(() -> Optional.of(Path.of("/usr/sbin/nginx")).filter(Files::isExecutable)) // on root's PATH only
                .orElseThrow(() -> new UserError("not installed (Debian, Ubuntu: apt install nginx-light)"));
        Path prefix = Files.createDirectories(work.resolve("nginx"));
        Path config = prefix.resolve("nginx.conf");
        Files.writeString(config, """
                daemon off;
                worker_processes 1;
                pid %s/pid;
                error_log stderr warn;
                events { %s }
                http {
                    access_log off;
                    server_tokens off;
                    default_type text/html;
                    %s
                    client_body_temp_path %s/body;
                    proxy_temp_path %s/proxy;
                    fastcgi_temp_path %s/fastcgi;
                    uwsgi_temp_path %s/uwsgi;
                    scgi_temp_path %s/scgi;
                    server {
                        listen 127.0.0.1:%d backlog=1024;
                        location / { return 200 "hello\\n"; }
                    }
                }
                """.formatted(prefix, events, http, prefix, prefix, prefix, prefix, prefix, port));
        return List.of(nginx.toString(), "-p", prefix + "/", "-e", "stderr", "-c", config.toString());
    }

    static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }
}
