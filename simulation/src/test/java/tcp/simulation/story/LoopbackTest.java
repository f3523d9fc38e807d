package tcp.simulation.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A story that has failed is played once more over loopback. */
class LoopbackTest {
    @TempDir
    Path folder;

    private Map<String, byte[]> step5(String old, String other) throws Exception {
        String right = Files.readString(ExplorationTest.step(5));
        assertThat(right).contains(old);
        return ServerFactory.classFiles(Files.writeString(folder.resolve("Server.java"), right.replace(old, other)));
    }

    private static Failure failure(Map<String, byte[]> server) throws InterruptedException {
        return Exploration.of(Contract.STEP5, ServerFactory.of("tcp.Server", server::get))
                .run(1_000, Duration.ofMinutes(1))
                .orElseThrow();
    }

    private static ClassLoader loader(Map<String, byte[]> server) {
        return new ClassLoader(null) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                byte[] bytes = server.get(name);
                if (bytes == null) {
                    throw new ClassNotFoundException(name);
                }
                return defineClass(name, bytes, 0, bytes.length);
            }
        };
    }

    @Test
    void showsWhatClientsSee() throws Exception {
        var silent = step5("connection.owed += RESPONSE.length;", "");
        Failure failure = failure(silent);
        assertThat(Loopback.shows(failure, Contract.STEP5, loader(silent))).contains(true);
        assertThat(Loopback.shows(failure, Contract.STEP5, loader(step5("package tcp;", "package tcp;"))))
                .as("the right server")
                .contains(false);
    }

    @Test
    void showsThatTheLoopEnds() throws Exception {
        var ends = step5("if (n > 0) {", "if (n > 0) {\n            if (n > 0) throw new IllegalStateException();");
        assertThat(Loopback.shows(failure(ends), Contract.STEP5, loader(ends))).contains(true);
    }

    /** What the network chooses cannot be chosen there, and nobody is there to whom the server connects. */
    @Test
    void cannotTellWhereTheNetworkChooses() throws Exception {
        var silent = step5("connection.owed += RESPONSE.length;", "");
        Contract proxy = Contract.STEP5.with(network -> () -> false);
        assertThat(Loopback.shows(failure(silent), proxy, loader(silent))).isEmpty();
        var cutOff = step5(
                "connection.owed -= client.write(responses);",
                "client.write(responses);\n        connection.owed = 0;");
        assertThat(Loopback.shows(failure(cutOff), Contract.STEP5, loader(cutOff)))
                .isEmpty();
    }
}
