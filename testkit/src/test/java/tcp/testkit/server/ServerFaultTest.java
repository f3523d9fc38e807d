package tcp.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tcp.testkit.Thorough;
import tcp.testkit.client.Client;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.source.Steps;

/** What is wrong with a server is told by its kind: step 3, with a line put into a method. */
@Thorough
class ServerFaultTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            read   | if (key != null) throw new ArithmeticException();              | LOOP_ENDED
            read   | closed = true;                                                 | LOOP_ENDED
            read   | while (closed == false) {}                                     | STUCK_IN_HANDLER
            read   | try { Thread.sleep(9000); } catch (InterruptedException e) {}  | STUCK_IN_HANDLER
            read   | if (key != null) return;                                       | SPINS
            accept | new Thread(() -> { throw new ArithmeticException(); }).start();| THREAD_ENDED
            accept | new Thread(() -> { while (closed == false) {} }).start();      | THREAD_SPINS
            """)
    void inThisProcess(String method, String line, Kind kind) {
        InProcessServer server = InProcessServer.start(stepThreeWith(method, line));
        try (Client client = Client.connect(server.address())) {
            client.send("hello\n");
            boolean told = RunningServer.await(Client.patience(), () -> server.fault()
                    .or(server::look)
                    .filter(fault -> fault.kind() == kind)
                    .isPresent());
            assertThat(told)
                    .as("what was told: " + server.fault().or(server::look))
                    .isTrue();
        } finally {
            server.abandon();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            if (key != null) throw new ArithmeticException();             | LOOP_ENDED
            if (key != null) return;                                      | SPINS
            try { Thread.sleep(9000); } catch (InterruptedException e) {} | STUCK_IN_HANDLER
            """)
    void onTheSimulatedNetwork(String line, Kind kind) {
        SimulatedServer server = SimulatedServer.start(stepThreeWith("read", line));
        try (Client client = Client.connect(server.address())) {
            client.send("hello\n");
            assertThat(server.fault().or(server::look))
                    .get()
                    .extracting(ServerFault::kind)
                    .isEqualTo(kind);
        }
    }

    @Test
    void thatDoesNotStart() {
        ClassLoader loader = stepThreeWith("Server", "if (port == 0) throw new ArithmeticException();");
        var fault = catchThrowableOfType(ServerFault.class, () -> InProcessServer.start(loader));
        assertThat(fault.kind()).isEqualTo(Kind.DOES_NOT_START);
        assertThat(fault).hasCauseInstanceOf(ArithmeticException.class);
    }

    /** Classes of step 3, with a line put at the beginning of a method or of the constructor. */
    private static ClassLoader stepThreeWith(String method, String line) {
        String source = String.join("\n", Steps.READ.source())
                .replaceFirst("(?m)^(    (?:private void|public) " + method + "\\(.*\\{)$", "$1 " + line);
        assertThat(source).contains(line);
        var compiled = SourceCompiler.compile(source, List.of());
        assertThat(compiled.remarks()).isEmpty();
        return compiled.loader(ServerFaultTest.class.getClassLoader());
    }
}
