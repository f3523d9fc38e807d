package tcp.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tcp.testkit.client.Client;

/**
 * What holds for each step as a program: how it is started, what it prints, how it ends.
 */
@ExtendWith(ServerExtension.class)
public interface CommandLineContract {
    /** Checks that a well-behaved new client gets what this step promises. */
    void assertServed(InetSocketAddress server);

    /** Started as the README says, with no build: the file is the program. */
    @Order(90)
    @Test
    @Tag("program")
    default void runsFromSource(ServerProgram program) {
        try (ServerProcess server = ServerProcess.command(program.fromSource())) {
            assertServed(server.address());
            assertThat(server.firstLine())
                    .isEqualTo("Listening on port " + server.address().getPort());
            assertThat(server.err()).as("standard error").isEmpty();
        }
    }

    /** Started as the jar that `package` makes, which needs nothing beside it. */
    @Test
    @Tag("program")
    @Tag("given")
    default void runsFromJar(ServerProgram program) {
        try (ServerProcess server = ServerProcess.java("-jar", program.jar().toString(), "0")) {
            assertServed(server.address());
        }
    }

    /** An argument that is no port: one line that names it, and exit status 1. */
    @Test
    @Tag("program")
    @Tag("given")
    default void refusesWhatIsNoPort(ServerProgram program) {
        List<String> wrong = List.of("http", "-1", "65536", "8080 8081", "80.5", "99999999999");
        List<ServerProcess> servers = wrong.stream() // all at once, since starting takes a while
                .map(arguments -> program.run(arguments.split(" ")))
                .toList();
        try {
            for (int i = 0; i < wrong.size(); i++) {
                assertRefused(servers.get(i), wrong.get(i));
                assertThat(servers.get(i).err().get(0)).contains("65535");
            }
        } finally {
            servers.forEach(ServerProcess::close);
        }
    }

    /** A port that another program has: one line that names it, and exit status 1. */
    @Test
    @Tag("program")
    @Tag("given")
    default void namesThePortInUse(ServerProgram program) throws Exception {
        try (ServerSocket other = new ServerSocket(0)) {
            String port = String.valueOf(other.getLocalPort());
            try (ServerProcess server = program.run(port)) {
                assertRefused(server, port);
            }
        }
    }

    private static void assertRefused(ServerProcess server, String named) {
        assertThat(server.awaitExit()).as("exit status of\n" + server).isEqualTo(1);
        assertThat(server.out()).as("standard output").isEmpty();
        assertThat(server.err()).as("standard error").singleElement().asString().contains(named);
    }

    /** Without an argument it listens on 8080, or says that 8080 is in use. */
    @Test
    @Tag("program")
    @Tag("given")
    default void listensOn8080ByDefault(ServerProgram program) {
        try (ServerProcess server = program.run()) {
            if (server.listens()) {
                assertThat(server.address().getPort()).isEqualTo(8080);
                assertServed(server.address());
            } else { // something else on this machine has it
                assertRefused(server, "8080");
            }
        }
    }

    /** With a silent client connected, the whole process is idle. */
    @Order(91)
    @Test
    @Tag("program")
    default void isIdleWhenNothingHappens(ServerProgram program) throws Exception {
        try (ServerProcess server = program.start();
                Client silent = Client.connect(server.address())) {
            assertServed(server.address());
            double share = server.cpuShareAtRest(0.2);
            assertThat(share)
                    .as("share of a CPU that it uses while nothing happens")
                    .isLessThan(0.2);
        }
    }
}
