package tcp.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The five steps, as they are, on the simulated network and in this JVM. */
class SimulationClassLoaderTest {
    private final Network network = new Network();

    private SimulationClassLoader start(String step, String... args) throws Exception {
        SimulationClassLoader loader = new SimulationClassLoader(network, Sources.step(step)::get);
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
}
