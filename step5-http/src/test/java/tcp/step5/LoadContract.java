package tcp.step5;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import tcp.testkit.client.LoadClient;
import tcp.testkit.server.ContainerServer;
import tcp.testkit.server.ProgramContainer;
import tcp.testkit.server.ServerExtension;

/**
 * What step 5 promises under load, in a container with 64 MB and one CPU. A second container,
 * with a client of ours, finds it by its name on a private network: there, nothing stands
 * between the two.
 */
@ExtendWith(ServerExtension.class)
public class LoadContract {
    private static final String NAME = "server";

    @AutoClose // made when the first container joins it
    static final Network NETWORK = Network.newNetwork();

    /** A hundred thousand requests on 128 connections, and not a byte of an answer wrong. */
    @Test
    @Tag("container")
    void answersAClientOnItsNetwork(ContainerServer server) {
        try (ProgramContainer client = load(server, 0, 128, 100_000)) {
            assertAllAnswered(client, 100_000, 128);
        }
    }

    /** Frozen for 2 s amid 128 busy connections, and thawed: they wait, and lose nothing. */
    @Test
    @Tag("container")
    void goesOnAfterAFreeze(ContainerServer server) throws Exception {
        try (ProgramContainer client = load(server, 0, 128, 150_000)) { // a hundredth is answered
            server.container().freeze();
            try {
                TimeUnit.SECONDS.sleep(2); // what is tested, not waited for
            } finally {
                server.container().thaw();
            }
            assertAllAnswered(client, 150_000, 128);
            assertThat(LoadClient.longestWait(client.lines(OutputType.STDOUT)))
                    .as("the longest wait for an answer, which tells that the freeze came while there was load")
                    .isGreaterThan(Duration.ofMillis(1_900));
        }
    }

    /**
     * Three thousand connections with half a request each fit into the 64 MB, one more is
     * served meanwhile, and when the other halves come, each of them is answered.
     */
    @Test
    @Tag("container")
    void holds3000ConnectionsIn64Megabytes(ContainerServer server) {
        try (ProgramContainer client = load(server, 3_000, 1, 10_000)) {
            assertAllAnswered(client, 13_000, 3_001);
        }
    }

    private static ProgramContainer load(ContainerServer server, int idle, int connections, int requests) {
        server.container().join(NETWORK, NAME);
        var task = new LoadClient.Task(
                NAME, ProgramContainer.PORT, idle, connections, requests, HttpContract.REQUEST, HttpContract.RESPONSE);
        ProgramContainer client = ProgramContainer.loadClient(NETWORK, task);
        client.start();
        return client;
    }

    private static void assertAllAnswered(ProgramContainer client, int requests, int connections) {
        int status = client.awaitExit(Duration.ofSeconds(60));
        assertThat(status)
                .as(() -> "exit status of the client\n" + client.report())
                .isZero();
        assertThat(client.lines(OutputType.STDOUT)).contains(LoadClient.summary(requests, connections));
    }
}
