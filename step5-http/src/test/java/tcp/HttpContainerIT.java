package tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import tcp.testkit.ContainerContract;
import tcp.testkit.LoadClient;
import tcp.testkit.NeedsDocker;
import tcp.testkit.ProgramContainer;

/**
 * The jar that is shipped, in a container, keeps step 5's promises on a published port.
 * On a private network a second container, with a client of ours, loads it by its name:
 * there, nothing stands between the two.
 */
@NeedsDocker
@Testcontainers
class HttpContainerIT implements HttpContract, ContainerContract {
    private static final String NAME = "server";

    @AutoClose // made when the first container joins it
    static final Network NETWORK = Network.newNetwork();

    @Container // static: started once, before the first test, and removed after the last
    static final ProgramContainer SERVER =
            ProgramContainer.server().withNetwork(NETWORK).withNetworkAliases(NAME);

    @Override
    public ProgramContainer server() {
        return SERVER;
    }

    /**
     * A hundred thousand requests on 128 connections, and not a byte of an answer wrong.
     */
    @Test
    void answersAClientOnItsNetwork() {
        try (ProgramContainer client = load(0, 128, 100_000)) {
            client.start();
            assertAllAnswered(client, 100_000, 128);
        }
    }

    /**
     * Frozen for 2 s amid 128 busy connections, and thawed: they wait, and lose nothing.
     */
    @Test
    void goesOnAfterAFreeze() throws Exception {
        try (ProgramContainer client = load(0, 128, 150_000)) {
            client.start(); // returns when a hundredth is answered
            SERVER.freeze();
            try {
                TimeUnit.SECONDS.sleep(2); // what is tested, not waited for
            } finally {
                SERVER.thaw();
            }
            assertAllAnswered(client, 150_000, 128);
            assertThat(LoadClient.longestWait(client.lines(OutputType.STDOUT)))
                    .as("the longest wait for an answer, which tells that the freeze" + " came while there was load")
                    .isGreaterThan(Duration.ofMillis(1_900));
        }
    }

    /**
     * Three thousand connections with half a request each fit into the 64 MB, one more is
     * served meanwhile, and when the other halves come, each of them is answered.
     */
    @Test
    void holds3000ConnectionsIn64Megabytes() {
        try (ProgramContainer client = load(3_000, 1, 10_000)) {
            client.start();
            assertAllAnswered(client, 13_000, 3_001);
        }
    }

    private static ProgramContainer load(int idle, int connections, int requests) {
        return ProgramContainer.loadClient(
                NETWORK,
                new LoadClient.Task(NAME, ProgramContainer.PORT, idle, connections, requests, REQUEST, RESPONSE));
    }

    private static void assertAllAnswered(ProgramContainer client, int requests, int connections) {
        int status = client.awaitExit(Duration.ofSeconds(60));
        SERVER.assertRunning();
        assertThat(status)
                .as(() -> "exit status of the client\n" + client.report())
                .isZero();
        assertThat(client.lines(OutputType.STDOUT)).contains(LoadClient.summary(requests, connections));
    }
}
