package tcp.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import tcp.testkit.client.Client;

/**
 * What holds for each step in a container, beside the step's own contract: as an ordinary
 * user, with a file system that is read-only, 64 MB of memory and one CPU.
 */
@ExtendWith(ServerExtension.class)
public interface ContainerContract {
    /** Checks that a well-behaved new client gets what this step promises. */
    void assertServed(InetSocketAddress server);

    /**
     * The limits are in force, not only asked for: to the kernel the process is that of
     * an ordinary user and group, can never get a capability, can write no file, and has
     * 64 MB.
     */
    @Test
    @Tag("container")
    default void runsWithinItsLimits(ContainerServer server) throws Exception {
        String four = ("\t" + ProgramContainer.USER).repeat(4); // real, effective, ...
        assertThat(inside(server, "cat /proc/1/status").filter(line -> line.matches("(Name|.id|CapBnd):.*")))
                .as("lines of /proc/1/status in the container")
                .containsExactly("Name:\tjava", "Pid:\t1", "Uid:" + four, "Gid:" + four, "CapBnd:\t0000000000000000");
        assertThat(inside(server, "echo > /tmp/file"))
                .as("what an attempt to write a file says")
                .singleElement()
                .asString()
                .contains("Read-only file system");
        // One of the two is there: the kernel's control groups are of version 2 or 1.
        assertThat(inside(server, "cd /sys/fs/cgroup; cat memory.max || cat memory/memory.limit*"))
                .as("the limit of memory, in bytes")
                .contains(String.valueOf(ProgramContainer.MEMORY));
    }

    private static Stream<String> inside(ContainerServer server, String script) throws Exception {
        var result = server.container().execInContainer("sh", "-c", script);
        return (result.getStdout() + result.getStderr()).lines();
    }

    /**
     * Stopped as every engine stops a container, with SIGTERM: it has ended within 2 s,
     * with a client connected, and its status is 143, which is 128 and the signal's
     * number. With 137 the engine would have lost patience and killed it.
     */
    @Test
    @Tag("container")
    default void endsWhenItIsAskedTo(ServerProgram program) {
        try (ProgramContainer server = ProgramContainer.server(program.jar())) {
            server.start();
            try (Client client = Client.connect(server.address())) {
                assertServed(server.address());
                server.signal("SIGTERM");
                assertThat(server.awaitExit(Duration.ofSeconds(2)))
                        .as("exit status after SIGTERM")
                        .isEqualTo(143);
            }
        }
    }

    /** Ports below 1024 need a right that it does not have: one clear line, status 1. */
    @Test
    @Tag("container")
    default void saysWhichPortItMayNotHave(ServerProgram program) {
        try (ProgramContainer server = ProgramContainer.refusing(program.jar(), "80")) {
            server.start();
            assertThat(server.awaitExit(Client.patience())).as("exit status").isEqualTo(1);
            assertThat(server.lines(OutputType.STDOUT)).as("standard output").isEmpty();
            assertThat(server.lines(OutputType.STDERR))
                    .as("standard error")
                    .singleElement()
                    .asString()
                    .startsWith("Cannot listen on port 80: Permission denied");
        }
    }
}
