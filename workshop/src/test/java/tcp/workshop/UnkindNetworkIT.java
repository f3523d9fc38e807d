package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.testkit.Thorough;
import tcp.testkit.client.Client;
import tcp.testkit.client.Symptom;
import tcp.testkit.client.UnexpectedResponse;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.source.Steps;

/** The finished proxy as an unkind network, in front of the finished echo: what its options do. */
@Thorough
class UnkindNetworkIT {
    private static ServerProcess echo;

    @BeforeAll
    static void start() {
        echo = ServerProcess.java(solution("echo"), "0");
    }

    @AfterAll
    static void stop() {
        echo.close();
    }

    private static String solution(String exercise) {
        return Exercise.named(exercise, Steps.project()).solution().toString();
    }

    private static ServerProcess proxy(String... options) {
        List<String> arguments = new ArrayList<>(
                List.of(solution("proxy"), "0", "127.0.0.1:" + echo.address().getPort()));
        arguments.addAll(List.of(options));
        return ServerProcess.java(arguments.toArray(new String[0]));
    }

    @Test
    void passesBytesOnInPiecesAndSlowly() {
        try (ServerProcess proxy = proxy("--chop", "4", "--slow", "200");
                Client client = Client.connect(proxy.address())) {
            client.send("hello\n");
            assertThat(client.receiveSome())
                    .asString(StandardCharsets.ISO_8859_1)
                    .isEqualTo("hell");
            client.expectNothing(Duration.ofMillis(50))
                    .expect("o\n")
                    .halfClose()
                    .expectEnd();
        }
    }

    @Test
    void goesSilent() {
        try (ServerProcess proxy = proxy("--stall", "8");
                Client client = Client.connect(proxy.address());
                Client other = Client.connect(proxy.address())) {
            client.send("hello\n".repeat(2)).expect("hello\nhe").expectNothing(Duration.ofMillis(200));
            other.send("a\n").expect("a\n");
        }
    }

    @Test
    void breaksOff() {
        try (ServerProcess proxy = proxy("--reset-after", "8");
                Client client = Client.connect(proxy.address())) {
            assertThatThrownBy(() -> client.send("hello\n".repeat(2)).receive(3))
                    .isInstanceOfSatisfying(UnexpectedResponse.class, e -> assertThat(e.symptom())
                            .isEqualTo(Symptom.RESET));
            try (Client other = Client.connect(proxy.address())) {
                other.send("a\n").expect("a\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--chop", "--fast 1", "--slow -1", "9000"})
    void saysInOneLineWhatItCannotDo(String options) {
        try (ServerProcess proxy = proxy(options.split(" "))) {
            assertThat(proxy.awaitExit()).as("exit status of\n" + proxy).isEqualTo(1);
            assertThat(proxy.err()).singleElement().asString().contains(options.split(" ")[0], "--reset-after BYTES");
        }
    }
}
