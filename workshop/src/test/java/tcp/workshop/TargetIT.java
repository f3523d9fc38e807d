package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.testkit.Thorough;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.source.Steps;

/**
 * check --target: what a server elsewhere answers is enough for many requirements.
 */
@Thorough
class TargetIT {
    private static final Path PROJECT = Steps.project();

    @ParameterizedTest
    @ValueSource(strings = {"echo", "http", "chat", "proxy"})
    void tellsAServerElsewhereRightFromWrong(String name) {
        Exercise exercise = Exercise.named(name, PROJECT);
        Checks.Said right = check(exercise, exercise.solution());
        assertThat(right.outcome().status()).as("%s", right).isZero();
        assertThat(right.outcome().met()).as("%s", right).hasSizeGreaterThan(5);
        Checks.Said wrong = check(exercise, exercise.starter());
        assertThat(wrong.outcome().status()).as("%s", wrong).isEqualTo(1);
    }

    private static Checks.Said check(Exercise exercise, Path source) {
        StringBuilder text = new StringBuilder();
        // 9001 is where the check listens as the target of a proxy
        try (ServerProcess server = ServerProcess.java("-Dtarget=127.0.0.1:9001", source.toString(), "0");
                CheckProcess process = new CheckProcess()) {
            InetSocketAddress address = server.address();
            String target = address.getAddress().getHostAddress() + ":" + address.getPort();
            return new Checks.Said(process.check(exercise, PROJECT, source, target, text::append), text.toString());
        }
    }
}
