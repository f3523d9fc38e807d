package tcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.output.OutputFrame.OutputType;

/**
 * What holds for each step in a container, beside the step's own contract: as an ordinary
 * user, with a file system that is read-only, 64 MB of memory and one CPU.
 */
public interface ContainerContract extends EachStepContract {
    /** The container that all tests of the class share. It is running. */
    ProgramContainer server();

    @Override
    default InetSocketAddress address() {
        return server().address();
    }

    /**
     * Left out, and no test here: a reset does not reach the container. What listens on
     * the published port is a proxy of Docker's, and it makes an end of stream of the
     * reset. The same test runs against the server itself, in the tests without a
     * container.
     */
    @Override
    default void clientsThatResetHarmNobody() {}

    /** After each test the server is still there: no client of it has ended the loop. */
    @AfterEach
    default void serverIsStillRunning() {
        server().assertRunning();
    }

    /**
     * The limits are in force, not only asked for: to the kernel the process is that of
     * an ordinary user and group, can never get a capability, can write no file, and has
     * 64 MB.
     */
    @Test
    default void runsWithinItsLimits() throws Exception {
        String four = ("\t" + ProgramContainer.USER).repeat(4); // real, effective, ...
        assertThat(inside("cat /proc/1/status").filter(line -> line.matches("(Name|.id|CapBnd):.*")))
                .as("lines of /proc/1/status in the container")
                .containsExactly("Name:\tjava", "Pid:\t1", "Uid:" + four, "Gid:" + four, "CapBnd:\t0000000000000000");
        assertThat(inside("echo > /tmp/file"))
                .as("what an attempt to write a file says")
                .singleElement()
                .asString()
                .contains("Read-only file system");
        // One of the two is there: the kernel's control groups are of version 2 or 1.
        assertThat(inside("cd /sys/fs/cgroup; cat memory.max || cat memory/memory.limit*"))
                .as("the limit of memory, in bytes")
                .contains(String.valueOf(ProgramContainer.MEMORY));
    }

    private Stream<String> inside(String script) throws Exception {
        var result = server().execInContainer("sh", "-c", script);
        return (result.getStdout() + result.getStderr()).lines();
    }

    /**
     * Stopped as every engine stops a container, with SIGTERM: it has ended within 2 s,
     * with a client connected, and its status is 143, which is 128 and the signal's
     * number. With 137 the engine would have lost patience and killed it.
     */
    @Test
    default void endsWhenItIsAskedTo() {
        try (ProgramContainer server = ProgramContainer.server()) {
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
    default void saysWhichPortItMayNotHave() {
        try (ProgramContainer server = ProgramContainer.refusing("80")) {
            server.start();
            assertThat(server.awaitExit(Client.PATIENCE)).as("exit status").isEqualTo(1);
            assertThat(server.lines(OutputType.STDOUT)).as("standard output").isEmpty();
            assertThat(server.lines(OutputType.STDERR))
                    .as("standard error")
                    .singleElement()
                    .asString()
                    .startsWith("Cannot listen on port 80: Permission denied");
        }
    }
}
