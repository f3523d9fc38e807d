package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tcp.testkit.Thorough;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.source.Steps;
import tcp.testkit.system.UserError;

/** A new exercise is a new folder: it is listed, started, checked and diagnosed. */
@Thorough
class NewExerciseIT {
    private static final String REQUIREMENTS = """
            package tiny;

            import java.net.InetSocketAddress;
            import org.junit.jupiter.api.Test;
            import org.junit.jupiter.api.extension.ExtendWith;
            import tcp.testkit.client.Client;
            import tcp.testkit.server.ServerExtension;

            @ExtendWith(ServerExtension.class)
            class TinyTest {
                @Test
                void hangsUp(InetSocketAddress server) {
                    Client.connect(server).expectEnd().close();
                }
            }
            """;

    @TempDir
    Path project;

    private void write(String file, String text) throws IOException {
        Path path = project.resolve("workshop/exercises/tiny").resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void isAFolder() throws Exception {
        String step2 = Files.readString(Steps.DISCARD.file());
        write("README.md", "---\ntitle: a tiny one\nminutes: 7\n---\n\n# Tiny\n");
        write("hints.md", "# Hints\n\n## Hint 1\n\nWhy?\n");
        write("starter/Server.java", Files.readString(Steps.INIT.file()));
        write("solution/tcp/Server.java", step2);
        write("wrong/stays.diff", """
                It does not hang up.

                Breaks: hangsUp
                When: SILENT
                Tell: Call close().
                @@
                -            client.close();
                """);
        Path classes = Files.createDirectory(project.resolve("classes"));
        SourceCompiler.compile(
                        Map.of("tiny/TinyTest.java", REQUIREMENTS),
                        List.of("-classpath", System.getProperty("java.class.path")))
                .writeTo(classes);

        Exercise tiny = Exercise.named("tiny", project);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        assertThat(Main.command(project, new PrintStream(printed)).execute("progress"))
                .isZero();
        assertThat(printed.toString()).contains("tiny ", "a tiny one", "7 min");
        try (Checks checks = new Checks(project, project.resolve("mine"), 1, classes)) {
            WrongAnswer wrong = tiny.wrongAnswers().get(0);
            Checks.Said said = checks.check(tiny, wrong.source(), "wrong").join();
            assertThat(said.outcome().requirement()).as("%s", said).isEqualTo("hangsUp");
            assertThat(said.outcome().diagnoses()).containsExactly("stays");
            assertThat(said.text()).contains("Likely     Call close().");
            Checks.Said right = checks.check(tiny, step2, "solution").join();
            assertThat(right.outcome().status()).isZero();
            assertThat(right.outcome().result()).isEqualTo("all it asks is met");
        }
    }

    /** What is wrong with an exercise is not told as a fault of the learner's server. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            order: 9                                  | There are no requirements for tiny: no test is in the package tiny.
            stories: step2                            | There are no requirements for tiny: no test is in the package tiny.
            requirements: tcp.step2\\nstories: tiny.Rules | README.md says "stories: tiny.Rules".
            requirements: tcp.step2\\nstories: tinny      | README.md says "stories: tinny".
            """)
    void whatIsNotThereOrNotBuiltIsNamed(String line, String said) throws Exception {
        write("README.md", "---\ntitle: a tiny one\nminutes: 7\n" + line.translateEscapes() + "\n---\n");
        write("starter/Server.java", "");
        Exercise tiny = Exercise.named("tiny", project);
        try (Checks checks = new Checks(project, project.resolve("mine"), 1)) {
            String step2 = Files.readString(Steps.DISCARD.file());
            assertThatThrownBy(() -> checks.check(tiny, step2, "solution").join())
                    .cause()
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(said)
                    .hasMessageEndingWith("If it is new, build it: " + Report.BUILD);
        }
    }
}
