package tcp.testkit.server;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.HostConfig;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.images.builder.ImageFromDockerfile;
import tcp.testkit.Unmet;
import tcp.testkit.client.LoadClient;

/**
 * A program in a container: the step's server as people would deploy it, the client that loads
 * it, or one that others have made an image of. Nothing happens before start(); close() removes the container.
 */
public final class ProgramContainer extends GenericContainer<ProgramContainer> {
    /** A Java runtime and little else. .ci/with-docker names it, too. */
    private static final String BASE_IMAGE = "eclipse-temurin:17-jre";

    private static final Duration STARTED = Duration.ofSeconds(30);

    /** Where the server listens inside its container. */
    public static final int PORT = 8080;
    /** What the server may use, in bytes: its heap, its code, and the JVM itself. */
    public static final long MEMORY = 64L << 20;
    /** The user and group of our programs. Numbers need no entry in /etc/passwd. */
    public static final String USER = "10001";

    /** The server's image for each jar, built when the first container needs it. */
    private static final Map<Path, Future<String>> SERVER_IMAGES = new ConcurrentHashMap<>();

    private static final Future<String> CLIENT_IMAGE = new ImageFromDockerfile()
            .withFileFromPath("testkit.jar", placeOf(LoadClient.class))
            .withDockerfileFromBuilder(file -> file.from(BASE_IMAGE)
                    .copy("testkit.jar", "/testkit.jar")
                    .user(USER + ":" + USER)
                    .entryPoint("java", "-cp", "/testkit.jar", LoadClient.class.getName())
                    .build());

    /** The images that were built, by name. */
    private static final Set<String> BUILT = ConcurrentHashMap.newKeySet();

    private final boolean ours; // the image
    private final String awaited;
    private final Set<String> joined = new HashSet<>();

    private ProgramContainer(Future<String> image, String awaited) {
        super(image);
        ours = image instanceof ImageFromDockerfile;
        this.awaited = awaited;
        withStartupCheckStrategy(new AnyStart());
    }

    /** The server in this jar, listening on a port of this machine: see {@link #address()}. */
    public static ProgramContainer server(Path jar) {
        return limited(jar, RunningServer.LISTENING + PORT).withExposedPorts(PORT);
    }

    /** The server in this jar with arguments that it cannot serve with; not published. */
    public static ProgramContainer refusing(Path jar, String... arguments) {
        return limited(jar, "Cannot listen on port").withCommand(arguments);
    }

    /** A server in a container with limits, which is ready when it prints this. */
    private static ProgramContainer limited(Path jar, String awaited) {
        if (!Files.exists(jar)) {
            throw new Unmet(
                    "There is no %s to put into a container.".formatted(jar),
                    "Maven makes it after the unit tests. Run ./mvnw verify, or ./mvnw package before you start this"
                            + " test alone.",
                    null);
        }
        Future<String> image = SERVER_IMAGES.computeIfAbsent(jar.toAbsolutePath(), ProgramContainer::image);
        return new ProgramContainer(image, awaited).withCreateContainerCmdModifier(ProgramContainer::limit);
    }

    private static Future<String> image(Path jar) {
        return new ImageFromDockerfile()
                .withFileFromPath("server.jar", jar)
                // The array form of ENTRYPOINT. With the other one, a shell is process 1: it
                // would not pass SIGTERM on, and the server would have to be killed.
                .withDockerfileFromBuilder(file -> file.from(BASE_IMAGE)
                        .copy("server.jar", "/server.jar")
                        .user(USER + ":" + USER)
                        .expose(PORT)
                        .entryPoint("java", "-jar", "/server.jar")
                        .build());
    }

    /** A small machine, and no right that the server has no need of. */
    private static void limit(CreateContainerCmd command) {
        HostConfig limits = command.getHostConfig();
        limits.withReadonlyRootfs(true).withCapDrop(Capability.ALL);
        limits.withMemory(MEMORY).withMemorySwap(MEMORY); // the sum: so no swap at all
        limits.withNanoCPUs(1_000_000_000L); // one CPU
        // Docker lets every user of a container have ports below 1024; most systems
        // don't.
        limits.withSysctls(Map.of("net.ipv4.ip_unprivileged_port_start", "1024"));
    }

    /**
     * The program {@link LoadClient}, with these arguments. start() returns once a part
     * of its requests is answered; awaitExit() tells when all of them are.
     */
    public static ProgramContainer loadClient(Network network, LoadClient.Task task) {
        return new ProgramContainer(CLIENT_IMAGE, LoadClient.UNDER_WAY)
                .withNetwork(network)
                .withCommand(task.arguments());
    }

    /**
     * The program of an image that is there, or can be pulled.
     *
     * @param awaited how a line begins that it prints when it is ready; null: start() does not wait
     */
    public static ProgramContainer ofImage(String image, String awaited) {
        return new ProgramContainer(CompletableFuture.completedFuture(image), awaited);
    }

    private static Path placeOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts it. Skips the test if there is no container engine that can. */
    @Override
    public void start() {
        ContainerEngine.use(() -> {
            String image = getDockerImageName(); // waits until it is built
            if (ours) {
                BUILT.add(image);
            }
            super.start();
            return this;
        });
    }

    /** Puts it, while it runs, on a network too, where others find it by this name. */
    public void join(Network network, String name) {
        if (joined.add(network.getId())) {
            docker().connectToNetworkCmd()
                    .withContainerId(getContainerId())
                    .withNetworkId(network.getId())
                    .withContainerNetwork(new ContainerNetwork().withAliases(name))
                    .exec();
        }
    }

    /**
     * Part of start(): waits for the line that says that the program is ready. This is
     * what {@code waitingFor(Wait.forLogMessage(...))} does, too. But that one does not
     * see when the program has ended, goes on waiting, and does not say what it printed
     * instead.
     *
     * <p>Not the default, which is to wait for the published port: Docker's proxy listens
     * there, server or no server.
     */
    @Override
    protected void waitUntilContainerStarted() {
        if (awaited == null) {
            return;
        }
        RunningServer.await(STARTED, () -> hasPrinted(awaited) || !isRunning());
        if (!hasPrinted(awaited)) {
            String report = report();
            stop();
            throw new AssertionError("The program in the container did not print \"" + awaited + "\".\n" + report);
        }
    }

    private boolean hasPrinted(String start) {
        return lines().stream().anyMatch(line -> line.startsWith(start));
    }

    /**
     * Removes the images that were built here, but not the base image. Testcontainers has
     * Ryuk for that, a container that cleans up after it. Where Ryuk cannot be had, it
     * removes the containers itself, and the images stay.
     */
    public static void removeImages() {
        for (String image : BUILT) {
            DockerClientFactory.instance()
                    .client()
                    .removeImageCmd(image)
                    .withForce(true)
                    .exec();
        }
    }

    /** Where the server's port is published on this machine. */
    public InetSocketAddress address() {
        return new InetSocketAddress(getHost(), getMappedPort(PORT));
    }

    /** Asks it to end, with SIGTERM, and starts it again as soon as it has. */
    public void restart() {
        docker().restartContainerCmd(getContainerId()).exec();
    }

    /** Freezes all its processes: the kernel gives them no more CPU time. */
    public void freeze() {
        docker().pauseContainerCmd(getContainerId()).exec();
    }

    /** Lets frozen processes go on. */
    public void thaw() {
        docker().unpauseContainerCmd(getContainerId()).exec();
    }

    /** Sends a signal, such as SIGTERM, to its first process, which is the program. */
    public void signal(String signal) {
        docker().killContainerCmd(getContainerId()).withSignal(signal).exec();
    }

    /**
     * Waits until the program has ended.
     *
     * @return its exit status: 128 and the signal's number, if a signal ended it
     * @throws AssertionError if it has not ended in this time
     */
    public int awaitExit(Duration limit) {
        try (var result = docker().waitContainerCmd(getContainerId()).exec(new WaitContainerResultCallback())) {
            return result.awaitStatusCode(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (DockerClientException | java.io.IOException e) {
            throw new AssertionError("It has not ended in " + limit.toMillis() + " ms.\n" + report(), e);
        }
    }

    /** Checks that it has not ended, and if it has, says how, and what it printed. */
    public void assertRunning() {
        if (!isRunning()) {
            throw new Unmet(
                    "It has ended. Nothing in the test asked it to.\n" + report(), ContainerServer.STATUSES, null);
        }
    }

    /** The lines that it has printed so far on standard output or standard error. */
    public List<String> lines(OutputType... streams) {
        return getLogs(streams).lines().toList();
    }

    /** How it is, and what it has printed: for a failure's message. */
    public String report() {
        var state = docker().inspectContainerCmd(getContainerId()).exec().getState();
        return "State:           " + state.getStatus() + ", exit status "
                + state.getExitCodeLong()
                + (Boolean.TRUE.equals(state.getOOMKilled()) ? ", out of memory" : "")
                + "\nStandard output: " + indented(OutputType.STDOUT)
                + "\nStandard error:  " + indented(OutputType.STDERR);
    }

    private String indented(OutputType stream) {
        return String.join("\n                 ", lines(stream));
    }

    private DockerClient docker() {
        return getDockerClient();
    }

    /**
     * Takes every start for a good one. By default, Testcontainers asks first if the
     * process runs, once a second at most, and a program that has ended by then with
     * another status than 0 would be called a failure. The line awaited says more.
     */
    private static final class AnyStart extends StartupCheckStrategy {
        @Override
        public boolean waitUntilStartupSuccessful(DockerClient docker, String container) {
            return true;
        }

        @Override
        public StartupStatus checkStartupState(DockerClient docker, String container) {
            return StartupStatus.SUCCESSFUL;
        }
    }
}
