package tcp.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tcp.simulation.story.ServerFactory;

/** The five steps, as they are, on the simulated network and in this JVM. */
class SimulationClassLoaderTest {
    private final Network network = new Network();

    @TempDir
    private Path folder;

    private SimulationClassLoader start(String step, String... args) throws Exception {
        SimulationClassLoader loader = new SimulationClassLoader(
                network, ServerFactory.classFiles(Path.of("..", step, "src/main/java/tcp/Server.java"))::get);
        loader.start("tcp.Server", args);
        network.awaitQuiet();
        return loader;
    }

    @Test
    void theCallsOfStep5ForOneRequest() throws Exception {
        start("step5-http", "8080");
        Peer a = network.connect(8080).send("GET / HTTP/1.1\r\n\r");
        network.awaitQuiet();
        assertThat(a.text()).isEmpty();
        a.send("\n");
        network.awaitQuiet();
        assertThat(a.text())
                .startsWith("HTTP/1.1 200 OK\r\n")
                .endsWith("hello\n")
                .hasSize(93);
        a.close();
        network.awaitQuiet();
        assertThat(network.calls().stream().map(Call::toString))
                .endsWith(
                        "register(A) = OP_READ",
                        "setOption(A) = TCP_NODELAY true",
                        "select = 1",
                        "read(A) = 17",
                        "select = 1",
                        "read(A) = 1",
                        "write(A) = 93",
                        "select = 1",
                        "read(A) = -1",
                        "close(A)");
        assertThat(network.notSimulated()).isEmpty();
    }

    @Test
    void whatTheServerPrintsAndItsExitAreItsOwn() throws Exception {
        SimulationClassLoader first = start("step4-write", "8080");
        assertThat(first.printed()).isEqualTo("Listening on port 8080\n");
        SimulationClassLoader second = start("step4-write", "8080");
        assertThat(second.printedErrors()).startsWith("Cannot listen on port 8080: Address already in use");
        assertThat(second.exitStatus()).isEqualTo(1);
        assertThat(network.failure()).isInstanceOf(SimulationClassLoader.Exit.class);
        assertThat(first.exitStatus()).isNull();
    }

    /** Compiles a main method and runs it. */
    private SimulationClassLoader startMain(String body) throws Exception {
        Path source = Files.writeString(folder.resolve("Program.java"), """
                class Program {
                    private static final Runtime RUNTIME = Runtime.getRuntime();

                    public static void main(String[] args) throws Exception {
                        %s
                    }
                }
                """.formatted(body));
        SimulationClassLoader loader = new SimulationClassLoader(network, ServerFactory.classFiles(source)::get);
        loader.start("Program");
        network.awaitQuiet();
        return loader;
    }

    @Test
    void timeIsTheNetworks() throws Exception {
        SimulationClassLoader loader = startMain("""
                long nanos = System.nanoTime();
                long millis = System.currentTimeMillis();
                Thread.sleep(1000);
                java.util.stream.Stream.of(System.nanoTime() - nanos, System.currentTimeMillis() - millis)
                        .forEach(System.out::println);
                """);
        assertThat(network.isAsleep()).isTrue();
        assertThat(loader.printed()).isEmpty();
        network.advance(1_500_000_000);
        network.awaitQuiet();
        assertThat(loader.printed()).isEqualToNormalizingNewlines("1500000000\n1500\n");
        assertThat(network.notSimulated()).isEmpty();
    }

    @Test
    void shutdownHooksAreTheTestsToStart() throws Exception {
        SimulationClassLoader loader = startMain("""
                RUNTIME.addShutdownHook(new Thread(() -> System.out.print("bye")));
                Runtime.getRuntime().halt(3);
                """);
        assertThat(loader.exitStatus()).isEqualTo(3);
        assertThat(loader.printed()).isEmpty();
        for (Thread hook : loader.shutdownHooks()) {
            hook.start();
            hook.join();
        }
        assertThat(loader.printed()).isEqualTo("bye");
    }

    @Test
    void whatGoesByTheRealClockOrNetworkIsNoticedWhenItIsLoaded() throws Exception {
        startMain("""
                if (args.length > 0) {
                    java.util.concurrent.locks.LockSupport.parkNanos(1);
                    new java.net.ServerSocket(0);
                }
                """);
        assertThat(network.notSimulated())
                .containsExactlyInAnyOrder("java.net.ServerSocket", "java.util.concurrent.locks.LockSupport.parkNanos");
    }
}
