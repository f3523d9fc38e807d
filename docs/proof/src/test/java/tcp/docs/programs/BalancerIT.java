package tcp.docs.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.Isolated;
import org.testcontainers.containers.Network;
import org.testcontainers.utility.MountableFile;
import tcp.docs.page.Docs;
import tcp.testkit.Thorough;
import tcp.testkit.client.LoadClient;
import tcp.testkit.server.ProgramContainer;
import tcp.testkit.server.RunningServer;

/**
 * What several-loops.md says of several machines: HAProxy, as docs/try/balancer sets it up, in front
 * of four containers of the server that drains on SIGTERM.
 */
@Thorough
@Isolated // it needs all of the machine
@Execution(ExecutionMode.SAME_THREAD)
class BalancerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** A POST: nobody may send it a second time, since it may have been processed. */
    private static final String REQUEST = "POST / HTTP/1.1\r\nHost: balancer\r\nContent-Length: 0\r\n\r\n";

    private static final String RESPONSE = """
            HTTP/1.1 200 OK\r
            content-type: text/html\r
            content-length: 6\r
            \r
            hello
            """;

    private static final Network NETWORK = Network.newNetwork(); // made when the first container joins it
    private static final Path ROOT = Docs.read().root();
    private static final List<ProgramContainer> SERVERS = Stream.of("server1", "server2", "server3", "server4")
            .map(BalancerIT::server)
            .toList();
    private static final ProgramContainer BALANCER = ProgramContainer.ofImage("haproxy:2.6", null)
            .withNetwork(NETWORK)
            .withNetworkAliases("balancer")
            .withCopyFileToContainer(file("docs/try/balancer/haproxy.cfg"), "/usr/local/etc/haproxy/haproxy.cfg")
            .withExposedPorts(ProgramContainer.PORT);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** As in compose.yaml. */
    private static ProgramContainer server(String name) {
        return ProgramContainer.ofImage("eclipse-temurin:17-jdk", RunningServer.LISTENING)
                .withNetwork(NETWORK)
                .withNetworkAliases(name)
                .withCopyFileToContainer(
                        file("workshop/exercises/sigterm/solution/tcp/Server.java"), "/tcp/Server.java")
                .withCommand("java", "/tcp/Server.java");
    }

    private static MountableFile file(String name) {
        return MountableFile.forHostPath(ROOT.resolve(name));
    }

    @BeforeAll
    static void start() {
        SERVERS.forEach(ProgramContainer::start);
        BALANCER.start();
        awaitAllUp();
    }

    @AfterAll
    static void stop() {
        BALANCER.stop();
        SERVERS.forEach(ProgramContainer::stop);
        NETWORK.close();
        ProgramContainer.removeImages();
    }

    /** Until the balancer says that it sees all four. */
    private static void awaitAllUp() {
        assertThat(RunningServer.await(PATIENCE, BalancerIT::allUp))
                .as(() -> "the balancer sees all servers up\n" + BALANCER.report())
                .isTrue();
    }

    private static boolean allUp() {
        try {
            return CLIENT.send(request("/all-up").build(), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false; // it is about to start
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://%s:%d%s"
                        .formatted(
                                BALANCER.address().getHostString(),
                                BALANCER.address().getPort(),
                                path)))
                .timeout(PATIENCE);
    }

    /** One server after the other, under load: every answer is right, to the byte, all the time. */
    @Test
    void aRollingRestartLosesNoRequest() {
        var task = new LoadClient.Task("balancer", ProgramContainer.PORT, 0, 32, 1_000_000, REQUEST, RESPONSE);
        try (ProgramContainer load = ProgramContainer.loadClient(NETWORK, task)) {
            // Half a CPU: the servers need some to start.
            load.withCreateContainerCmdModifier(
                    command -> command.getHostConfig().withNanoCPUs(500_000_000L));
            load.start();
            for (ProgramContainer server : SERVERS) {
                server.restart();
                awaitAllUp();
                load.assertRunning(); // it ends at the first wrong answer
            }
        }
    }

    /**
     * A server is killed while requests wait for it. Other servers answer the GETs among them; the
     * POSTs are lost, since the balancer must not repeat them.
     */
    @Test
    void aKilledServerLosesThePostsThatItHad() {
        ProgramContainer server = SERVERS.get(1);
        server.signal("SIGSTOP"); // and so its share of the requests waits for it
        try {
            var gets = eightOfWhichTwoWait(request("/"));
            var posts = eightOfWhichTwoWait(request("/").POST(BodyPublishers.noBody()));
            server.signal("SIGKILL");
            assertThat(gets)
                    .extracting(CompletableFuture::join)
                    .as("statuses of GETs, which may be sent again")
                    .containsOnly(200);
            assertThat(posts)
                    .extracting(CompletableFuture::join)
                    .as("statuses of POSTs, which may not")
                    .containsOnly(200, 502);
        } finally {
            server.restart();
            awaitAllUp();
        }
    }

    /** The statuses of eight requests, two to each server, each on a connection of its own. */
    private static List<CompletableFuture<Integer>> eightOfWhichTwoWait(HttpRequest.Builder request) {
        var statuses = Stream.generate(() -> HttpClient.newHttpClient()
                        .sendAsync(request.build(), BodyHandlers.discarding())
                        .thenApply(HttpResponse::statusCode))
                .limit(8)
                .toList();
        Supplier<Long> answered =
                () -> statuses.stream().filter(CompletableFuture::isDone).count();
        RunningServer.await(PATIENCE, () -> answered.get() >= 6);
        assertThat(answered.get())
                .as("how many of eight are answered while one server of four is stopped")
                .isEqualTo(6);
        return statuses;
    }
}
