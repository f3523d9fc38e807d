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
            new Peer(
                    STEP5,
                    "step5-http/target/step5-http.jar as it is",
                    (work, options, port) ->
                            java(options, "-jar", jar("step5-http", "step5-http/target/step5-http.jar"), "0")),
            new Peer(
                    "step5-flip",
                    "step 5 with op-write-flip.patch: asks for OP_WRITE before each answer, the article's way",
                    (work, options, port) -> java(
                            options,
                            "-cp",
                            Patched.compile(work, Machine.ROOT.resolve("bench/peers/op-write-flip.patch"))
                                    .toString(),
                            "tcp.Server",
                            "0")),
            peer("blocking", "a thread a connection: newCachedThreadPool, TCP_NODELAY, 8 KiB buffer a connection"),
            new Peer("virtual", "the same code, newVirtualThreadPerTaskExecutor", (work, options, port) -> {
                if (Runtime.version().feature() < 21) {
                    throw new UserError("virtual threads need JDK 21 or newer; this is "
                            + Runtime.version().feature());
                }
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
                    keepalive_timeout 300s, worker_connections 16384""", (work, options, port) -> nginx(work, port)));

    private Peers() {}

    private static Peer peer(String name, String about) {
        return new Peer(name, about, (work, options, port) -> peersJar(options, name));
    }

    static List<String> names() {
        return ALL.stream().map(Peer::name).toList();
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

    static List<String> java(List<String> options, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Machine.JAVA_HOME.resolve("bin/java").toString()));
        command.addAll(options);
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> peersJar(List<String> options, String name) {
        List<String> all = new ArrayList<>(options);
        if (name.equals("netty-epoll")) {
            if (!System.getProperty("os.name").equals("Linux")) {
                throw new UserError("Netty's epoll needs Linux");
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

    private static List<String> floor(Path work) throws Exception {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new UserError("epoll needs Linux");
        }
        String compiler = Stream.of("cc", "gcc", "clang")
                .filter(name -> Programs.find(name).isPresent())
                .findFirst()
                .orElseThrow(() -> new UserError("no C compiler (Debian, Ubuntu: apt install gcc libc6-dev)"));
        Path program = work.resolve("epoll");
        if (!Files.exists(program)) {
            String said = Machine.output(List.of(
                    compiler,
                    "-O2",
                    "-o",
                    program.toString(),
                    Machine.ROOT.resolve("bench/peers/epoll.c").toString()));
            if (!Files.exists(program)) {
                throw new UserError(
                        compiler + " fails: " + said.lines().findFirst().orElse("it says nothing"));
            }
        }
        return List.of(program.toString());
    }

    private static List<String> nginx(Path work, int port) throws Exception {
        Path nginx = Programs.find("nginx")
                .or(() -> Optional.of(Path.of("/usr/sbin/nginx")).filter(Files::isExecutable)) // on root's PATH only
                .orElseThrow(() -> new UserError("not installed (Debian, Ubuntu: apt install nginx-light)"));
        Path prefix = Files.createDirectories(work.resolve("nginx"));
        Path config = prefix.resolve("nginx.conf");
        long most = Math.min(16384, Machine.descriptors() - 100);
        Files.writeString(
                config, """
                daemon off;
                worker_processes 1;
                worker_rlimit_nofile %d;
                pid %s/pid;
                error_log stderr warn;
                events { worker_connections %d; }
                http {
                    access_log off;
                    server_tokens off;
                    default_type text/html;
                    keepalive_requests 1000000000;
                    keepalive_timeout 300s;
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
                """.formatted(most + 100, prefix, most, prefix, prefix, prefix, prefix, prefix, port));
        return List.of(nginx.toString(), "-p", prefix + "/", "-e", "stderr", "-c", config.toString());
    }

    static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }
}
