package tcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds for each step as a program: how it is started, what it prints, how it ends.
 */
public interface ProgramContract {
    /** The step's source; -Dtcp.source names another one. */
    String SOURCE = System.getProperty("tcp.source", "src/main/java/tcp/Server.java");
    /** The step's classes; -Dtcp.classes names another folder. */
    String CLASSES =
            System.getProperty("tcp.classes", Path.of("target", "classes").toString());

    /** Checks that a well-behaved new client gets what this step promises. */
    void assertServed(InetSocketAddress address);

    /** Started as the README says, with no build: the file is the program. */
    @Test
    default void runsFromSource() {
        try (ServerProcess server = ServerProcess.java(SOURCE, "0")) {
            assertServed(server.address());
            assertThat(server.out().get(0))
                    .as("the first line")
                    .isEqualTo("Listening on port " + server.address().getPort());
            assertThat(server.err()).as("standard error").isEmpty();
        }
    }

    /** Started as the jar that `package` makes, which needs nothing beside it. */
    @Test
    default void runsFromJar() {
        String step = Path.of("").toAbsolutePath().getFileName().toString();
        String jar = Path.of("target", step + ".jar").toString();
        try (ServerProcess server = ServerProcess.java("-jar", jar, "0")) {
            assertServed(server.address());
        }
    }

    /** An argument that is no port: one line that names it, and exit status 1. */
    @ParameterizedTest
    @ValueSource(strings = {"http", "-1", "65536", "8080 8081", "80.5", "99999999999"})
    default void refusesWhatIsNoPort(String arguments) throws Exception {
        String[] command = ("-cp " + CLASSES + " tcp.Server " + arguments).split(" ");
        try (ServerProcess server = ServerProcess.java(command)) {
            assertRefused(server, arguments);
            assertThat(server.err().get(0)).contains("65535");
        }
    }

    /** A port that another program has: one line that names it, and exit status 1. */
    @Test
    default void namesThePortInUse() throws Exception {
        try (ServerSocket other = new ServerSocket(0)) {
            String port = String.valueOf(other.getLocalPort());
            try (ServerProcess server = ServerProcess.java("-cp", CLASSES, "tcp.Server", port)) {
                assertRefused(server, port);
            }
        }
    }

    private static void assertRefused(ServerProcess server, String named) throws Exception {
        assertThat(server.awaitExit()).as("exit status of\n" + server).isEqualTo(1);
        assertThat(server.out()).as("standard output").isEmpty();
        assertThat(server.err()).as("standard error").singleElement().asString().contains(named);
    }

    /** Without an argument it listens on 8080, or says that 8080 is in use. */
    @Test
    default void listensOn8080ByDefault() throws Exception {
        try (ServerProcess server = ServerProcess.java("-cp", CLASSES, "tcp.Server")) {
            try {
                assertThat(server.address().getPort()).isEqualTo(8080);
                assertServed(server.address());
            } catch (AssertionError e) {
                // Something else on this machine has it. Then the message must say that.
                if (server.isAlive()) {
                    throw e;
                }
                assertRefused(server, "8080");
            }
        }
    }

    /** With a silent client connected, the whole process is idle. */
    @Test
    default void isIdleWhenNothingHappens() throws Exception {
        try (ServerProcess server = ServerProcess.java("-cp", CLASSES, "tcp.Server", "0");
                Client silent = Client.connect(server.address())) {
            assertServed(server.address());
            double share = server.cpuShare(Duration.ofMillis(500));
            assertThat(share)
                    .as("share of a CPU that it uses while nothing happens")
                    .isLessThan(0.2);
        }
    }
}
