package tcp.play;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import tcp.testkit.source.Steps;

/** A story begins with what a new process has, however many were played before. */
class InstrumentationTest {
    @Test
    void setsStaticVariablesToTheirFirstValues() throws Exception {
        String source = Files.readString(Steps.INIT.file())
                .replaceFirst(
                        "\n    private final",
                        "\n    private static final int STEP = 2;"
                                + "\n    private static int knocks = 5 * STEP;\n    private static int[] all = {STEP};$0")
                .replaceFirst("\n *key.interestOps", "\n        knocks += all[0]++;$0");
        JvmServer server = new JvmServer(source);
        String trace = server.play("A connects", 5_000);
        assertTrue(trace.contains("\"knocks\":\"10\"") && trace.contains("\"knocks\":\"12\""), trace);
        assertEquals(trace, server.play("A connects", 5_000));
    }
}
