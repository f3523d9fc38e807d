package tcp.simulation.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private static final String STEP5 = ExplorationTest.step(5).toString();

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private int main(String... args) throws InterruptedException {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return Main.run(args, out, out);
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    @Test
    void findsNothingInStep5() throws Exception {
        assertThat(main("explore", STEP5, "--contract", "step5", "--stories", "200", "--seed", "7"))
                .isZero();
        assertThat(printed()) // on a busy machine also how far it has come
                .startsWith("Trying 200 stories; to repeat them, add --seed 7\n")
                .endsWith("\nNo story fails.\n");
    }

    @Test
    void tellsAStoryAndHowToRepeatIt(@TempDir Path folder) throws Exception {
        String wrong = Files.readString(ExplorationTest.step(5)).replace("connection.owed += RESPONSE.length;", "");
        Path source = Files.writeString(folder.resolve("Server.java"), wrong);
        assertThat(main("explore", source.toString(), "--contract", "step5", "--seed", "7"))
                .isEqualTo(1);
        assertThat(printed())
                .contains("\n 2  A sends \"\\r\\n\\r\\n\"  select = 1 · read(A) = 4\n")
                .contains("The server sleeps. A has got nothing; expected: 93 bytes ")
                .endsWith("--contract step5 'A connects; A sends \"\\r\\n\\r\\n\"'\n");
        printed.reset();
        assertThat(main("replay", source.toString(), "--contract", "step5", "A connects; A sends \"\\r\\n\\r\\n\""))
                .isEqualTo(1);
        assertThat(printed()).contains("The server sleeps. A has got nothing; expected: 93 bytes ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "explore Server.java | Which contract? Add --contract step5, for example.",
                "explore Server.java --contract step6 | There is no contract step6: give",
                "explore Nowhere.java --contract step5 | There is no file Nowhere.java.",
                "explore S5 --contract step5 --stories many | --stories many is no number.",
                "explore S5 --contract | --contract needs a value.",
                "explore S5 --depth 3 | There is no option --depth.",
                "dance S5 | Say explore SERVER.java or replay SERVER.java STORY",
                "replay S5 --contract step5 jump | Not an action of a story: jump."
            })
    void saysInALineWhatIsWrong(String args, String message) throws Exception {
        assertThat(main(args.replace("S5", STEP5).split(" "))).isEqualTo(2);
        assertThat(printed()).startsWith(message).endsWith("\n").containsOnlyOnce("\n");
    }

    /** Takes long. In a process of its own: nothing can end a thread that only computes, and it would slow down all other tests. */
    @EnabledIfSystemProperty(named = "thorough", matches = "true")
    @Test
    void showsWhereAServerIsStuck(@TempDir Path folder) throws Exception {
        String wrong = Files.readString(ExplorationTest.step(3)).replace("int n = client.read", "while (true) {}\n// ");
        Path source = Files.writeString(
                folder.resolve("Server.java"),
                wrong.replaceAll("(?s)(// \\(.*?)\n.*?(?=    private void drop)", "$1\n    }\n\n"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process explore = new ProcessBuilder(
                        java,
                        "-cp",
                        "target/classes",
                        Main.class.getName(),
                        "explore",
                        source.toString(),
                        "--contract",
                        "step3")
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(new String(explore.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("It calls nothing, and does not return. It is in tcp.Server.read(Server.java:");
            assertThat(explore.waitFor()).isEqualTo(1);
        } finally {
            explore.destroyForcibly();
        }
    }
}
