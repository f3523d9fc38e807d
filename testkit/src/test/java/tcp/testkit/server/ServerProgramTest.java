package tcp.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tcp.testkit.system.Programs;

/** What is started early is there when a test asks for it, and ends if none does. */
class ServerProgramTest {
    private static final String SYSTEM = System.getProperty("os.name");

    private final Path none = Path.of("none");
    private final ServerProgram program =
            new ServerProgram(Programs.JAVA, List.of(), none, "tcp.Server", none, none, new ArrayList<>());

    @AfterEach
    void end() {
        System.setProperty("os.name", SYSTEM);
        ServerProcess.closeEarly();
        program.started().forEach(ServerProcess::close);
    }

    @Test
    void isTakenOnce() {
        List<ServerProcess> early = program.startEarly(Set.of(CommandLineContract.class));
        assertThat(program.start()).isSameAs(early.get(1));
        assertThat(program.start()).isNotIn(early);
        ServerProcess.closeEarly();
        assertThat(early.get(0).isAlive()).isFalse();
    }

    /** On Windows nothing limits the descriptors of a process, so nothing is started that would need it. */
    @Test
    void isOnlyWhatTheSystemCanStart() {
        System.setProperty("os.name", "Windows 11");
        assertThat(program.startEarly(Set.of(DescriptorLimitContract.class))).isEmpty();
    }
}
