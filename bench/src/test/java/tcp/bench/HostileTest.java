package tcp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tcp.bench.Hostile.Trial;
import tcp.testkit.Thorough;
import tcp.testkit.source.SourceCompiler;

/**
 * What the scoreboard's clients make of step 5, and of step 5 with a fault: each trial must see
 * the fault that it is there for. On Linux, which shows a process's descriptors and memory.
 */
class HostileTest {
    private static final List<String> OPTIONS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch");

    @TempDir
    private Path work;

    @BeforeEach
    void onLinux() {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs Linux: it looks into /proc");
    }

    @Thorough
    @ParameterizedTest
    @EnumSource(Trial.class)
    void step5Holds(Trial trial) throws Exception {
        Hostile.Verdict verdict = judge(trial, Patched.source(Patched.STEP5, List.of()));
        assertThat(verdict.mark()).as(verdict.seen()).isEqualTo(Mark.HOLDS);
    }

    /** A server with this fault, and the mark that it must get. */
    @Thorough
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void aFaultIsSeen(Trial trial, String fault, String right, String wrong, Mark mark) throws Exception {
        String source = Patched.source(Patched.STEP5, List.of());
        assertThat(source).contains(right);
        Hostile.Verdict verdict = judge(trial, source.replace(right, wrong));
        assertThat(verdict.mark()).as(verdict.seen()).isEqualTo(mark);
    }

    static Stream<Arguments> faults() {
        String select = "selector.select(handler, paused ? 100 : 0);";
        String mute = "key.interestOps(0); // stays so if accept() fails";
        String end = "client.close();\n        }\n    }\n\n    private void write";
        return Stream.of(
                fault(Trial.HALF_CLOSE, "does not close in turn", end, end.replace("client.close", "key.cancel")),
                fault(
                        Trial.RESETS,
                        "keeps the descriptor",
                        "key.channel().close();\n            }\n        } catch",
                        "key.cancel();\n            }\n            if (key == null) {\n                throw new IOException();\n            }\n        } catch"),
                fault(Trial.DESCRIPTORS, "spins", mute, "// " + mute),
                fault(Trial.NEVER_READS, "reads on", ": SelectionKey.OP_WRITE);", ": SelectionKey.OP_READ);"),
                fault(Trial.PIPELINED, "one answer a burst", "owed += RESPONSE", "owed = RESPONSE"),
                fault(
                        Trial.HUGE_HEAD,
                        "keeps the head",
                        "private boolean endsRequest(byte b) {",
                        "private final java.io.ByteArrayOutputStream kept = new java.io.ByteArrayOutputStream();\n\n"
                                + "        private boolean endsRequest(byte b) {\n            kept.write(b);"),
                fault(
                        Trial.BYTE_BY_BYTE,
                        "forgets what it has seen",
                        "buffer.flip();",
                        "buffer.flip();\n            connection.matched = 0;"),
                fault(Trial.FLOOD, "keeps those that have left", end, end.replace("client.close", "key.cancel")),
                fault(
                        Trial.SIGTERM,
                        "does not end",
                        "server.run();",
                        "Runtime.getRuntime().addShutdownHook(new Thread(() -> {\n            while (true) {\n                Thread.onSpinWait();\n            }\n        }));\n        server.run();"),
                fault(Trial.SILENT, "asks all the time", select, "selector.selectNow(handler);"),
                Arguments.of(
                        Trial.IDLE,
                        "has a limit",
                        "if (client != null) {",
                        "if (selector.keys().size() > 1000) {\n            client.close();\n        } else if (client != null) {",
                        Mark.REFUSES));
    }

    private static Arguments fault(Trial trial, String name, String right, String wrong) {
        return Arguments.of(trial, name, right, wrong, Mark.FAILS);
    }

    /** A trial that needs the process is not tried with an address only, and never holds. */
    @ParameterizedTest
    @EnumSource(
            value = Trial.class,
            names = {"DESCRIPTORS", "SIGTERM", "SILENT"})
    void withoutAProcessItIsNotTried(Trial trial) throws Exception {
        InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        assertThat(new Hostile(nobody, null, false).send(trial).mark()).isEqualTo(Mark.UNTRIED);
    }

    @Test
    void whereNobodyListensItFails() throws Exception {
        InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        Hostile.Verdict verdict = new Hostile(nobody, null, false).send(Trial.HALF_CLOSE);
        assertThat(verdict.mark()).isEqualTo(Mark.FAILS);
        assertThat(verdict.seen()).contains("refused");
    }

    @Test
    void aTargetThatIsNoneGetsOneLine() throws Exception {
        List<String> command = Peers.java(
                List.of("-cp", System.getProperty("java.class.path")), "tcp.bench.Main", "scoreboard", "--target", "x");
        assertThat(Machine.output(command))
                .isEqualToIgnoringNewLines("The target is HOST:PORT, as in 127.0.0.1:8080, and not x");
    }

    private Hostile.Verdict judge(Trial trial, String source) throws Exception {
        var compilation = SourceCompiler.compile(source, List.of());
        assertThat(compilation.succeeded()).as(compilation.remarks().toString()).isTrue();
        compilation.writeTo(work.resolve("classes"));
        Contestant server = Contestant.program(
                "step5",
                "",
                true,
                (folder, options, port) ->
                        Peers.java(OPTIONS, "-cp", work.resolve("classes").toString(), "tcp.Server", "0"));
        try (Running running = server.start(work, trial, false)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port());
            return new Hostile(address, running, true).send(trial);
        }
    }
}
