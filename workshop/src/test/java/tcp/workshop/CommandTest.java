package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tcp.testkit.source.Steps;

/** The learner's commands: what they say, above all to what is wrong. */
@DisabledIfSystemProperty(named = "workshop.only", matches = ".*", disabledReason = "only an exercise is to be tried")
class CommandTest {
    @TempDir
    Path mine;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @BeforeEach
    void useThisFolder() {
        System.setProperty("workshop.mine", mine.toString());
    }

    @AfterEach
    void useTheUsualFolder() {
        System.clearProperty("workshop.mine");
    }

    /** Runs a command; returns its exit status and what it printed, on either stream. */
    private String run(String... arguments) {
        return run(Steps.project(), arguments);
    }

    /** The same, in another project. */
    private String run(Path project, String... arguments) {
        printed.reset();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        CommandLine command = Main.command(project, out);
        command.setErr(new PrintWriter(out, true));
        int status = command.execute(arguments);
        return status + " " + printed.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    /** An error that the user can put right is one line, which says what to do. */
    private static void assertOneLine(String said, String part) {
        assertThat(said).startsWith("2 ").contains(part).matches("[^\n]*\n");
    }

    @Test
    void startPutsTheStarterThereAndKeepsWhatYouHad() throws IOException {
        Path server = mine.resolve("tcp").resolve("Server.java");
        assertThat(run("start", "step2")).startsWith("0 Started step2: ").doesNotContain("kept");
        assertThat(server).hasSameTextualContentAs(Steps.INIT.file());
        Files.writeString(server, "// mine\n");
        assertThat(run("start", "3")).startsWith("0 Started step3: ").contains("What you had is kept: ");
        assertThat(server).hasSameTextualContentAs(Steps.DISCARD.file());
        try (var kept = Files.list(mine.resolve("kept"))) {
            assertThat(kept).singleElement().satisfies(file -> assertThat(file).hasContent("// mine\n"));
        }
        Files.writeString(server, "// mine again\n");
        assertThat(run("start", "step4", "--mine")).contains("You go on with your own server.");
        assertThat(server).hasContent("// mine again\n");
    }

    @Test
    void hintsComeOneByOne() {
        run("start", "step1");
        assertThat(run("hint", "--again")).startsWith("0 You have not seen a hint for step1 yet.");
        assertThat(run("hint")).startsWith("0 Hint 1 of ");
        assertThat(run("hint")).startsWith("0 Hint 2 of ");
        assertThat(run("hint", "--again")).startsWith("0 ").hasSizeGreaterThan(100);
        assertThat(run("hint")).startsWith("0 Hint 3 of ");
        assertThat(run("hint")).startsWith("0 There are no more hints for step1. A tested solution: step1-init");
        assertThat(run("progress")).contains("step1 ");
    }

    @Test
    void versionAndHelpAreThere() {
        assertThat(run("-V")).startsWith("0 nio-tcp-server workshop, on Java ");
        assertThat(run("help"))
                .startsWith("0 Usage: ")
                .contains("check", "doctor", "hint", "progress", "send", "start", "times");
        assertThat(run("help", "send")).startsWith("0 Usage: ").contains("--pieces");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            start step9                       | There is no exercise "step9". There are: step1, step2, step3
            check                             | No exercise is started. Begin with:
            check step1                       | Begin with: java -jar workshop/target/workshop.jar start step1
            hint                              | No exercise is started. Begin with:
            check --target 127.0.0.1:1        | Say whose requirements: --target 127.0.0.1:1 --step 5
            check --target 127.0.0.1:1 step5  | Nobody listens at 127.0.0.1:1. Start your server first.
            check --target nonsense --step 5  | "nonsense" is not HOST:PORT
            check --target [::1:80 --step 5   | is not HOST:PORT
            send --to 127.0.0.1:99999 x       | is not HOST:PORT
            check --target 127.0.0.1:1 step5 --watch | --watch is for your own file.
            times                             | No exercise is started. Begin with:
            progress step9                    | There is no exercise "step9".
            send a\\q                          | Cannot read "a\\q": use \\r
            send --times 0 x                  | --times is 1 or more
            """)
    void sayInOneLineWhatIsWrong(String command, String said) {
        assertOneLine(run(command.split(" +")), said);
    }

    /** Who adds an exercise is told which file is wrong, and how. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ---\\ntitle: new\\nminutes: 5\\n---\\n | /new/README.md has no line "from: EXERCISE", and there is no
            ---\\ntitle: new\\nminutes: few\\n---\\n | /new/README.md, minutes must be a number, not "few".
            ---\\nminutes: 5\\n---\\n | /new/README.md needs a title and minutes.
            ---\\ntitle: new\\nfrom:step4\\n---\\n | /new/README.md, "from:step4" is not "key: value" with one of the keys
            ---\\ntitle: new\\nform: step4\\n---\\n | "form: step4" is not "key: value" with one of the keys title, order,
            ---\\ntitle: new\\nminutes: 5\\nfrom: step44\\n---\\n | /new/README.md says "from: step44", but there is no such exercise.
            ---\\ntitle: new\\nminutes: 5\\nfrom: new\\n---\\n | /new/README.md says "from: new", but no exercise can start from itself.
            ---\\ntitle: new\\n | /new/README.md must begin with its front matter
            # New\\n | /new/README.md must begin with its front matter
            """)
    void sayWhatIsWrongWithAnExercise(String task, String said) throws IOException {
        Path project = mine.resolve("project");
        Path folder = Files.createDirectories(project.resolve("workshop/exercises/new"));
        Files.writeString(folder.resolve("README.md"), task.translateEscapes());
        String printed = run(project, "progress");
        assertThat(printed.replace('\\', '/')).contains(said);
        assertOneLine(printed, "");
    }

    @Test
    void anExerciseThatIsGoneIsNamed() throws IOException {
        Files.writeString(mine.resolve("progress.properties"), "current=gone\n");
        assertOneLine(run("check"), "You have started gone, which is no longer there. Start another one");
    }

    @Test
    void anArgumentMayBeginWithAnAt() throws IOException {
        try (ServerSocket listener = new ServerSocket(0)) {
            var sent = new Thread(() -> run("send", "--to", "localhost:" + listener.getLocalPort(), "@pom.xml"));
            sent.start();
            try (var client = listener.accept()) {
                assertThat(new String(client.getInputStream().readNBytes(8), StandardCharsets.US_ASCII))
                        .isEqualTo("@pom.xml");
            }
        }
    }

    @Test
    void timesAreThreeLinesToHandOver() throws IOException {
        Files.writeString(mine.resolve("progress.properties"), """
                step1.started=2026-03-01T09\\:00\\:00Z
                step1.held.sleepsUntilSomethingHappens=2026-03-01T09\\:20\\:59Z 7
                step1.held.closeEndsTheLoop=2026-03-01T09\\:12\\:30Z 0
                step1.held.listensOnAllAddresses=2026-03-01T09\\:12\\:30Z 1
                step1.result=all 3 requirements are met
                step1.checks=4
                step1.hints=1
                step3.started=2026-03-01T10\\:00\\:00Z
                step3.result=0 requirements are met
                step3.checks=1
                """);
        assertThat(run("times")).isEqualTo("""
                0 minutes: step1 20, step3 0 (not all)
                checks/hints: step1 4/1, step3 1/0
                longest, in minutes: step1 close ends the loop 12; step1 sleeps until something happens 8
                """);
        assertThat(run("progress", "step1").lines().map(line -> line.replaceFirst(".*\\d\\d:\\d\\d  ", "")))
                .startsWith("close ends the loop", "listens on all addresses", "sleeps until something happens");
    }

    @Test
    void damagedProgressIsNamed() throws IOException {
        Path progress = mine.resolve("progress.properties");
        Files.writeString(progress, "current=step1\nstep1.hints=many\n");
        assertOneLine(run("hint"), "\"many\" is no number of hints). Delete it; your server stays.");
        Files.writeString(progress, "current=\\u00zz");
        assertOneLine(run("progress"), "Delete it; your server stays.");
        Files.writeString(progress, "step1.started=soon");
        assertOneLine(run("times"), "\"soon\" is no time). Delete it; your server stays.");
        Files.write(progress, new byte[] {(byte) 0xff});
        assertOneLine(run("progress"), "it is not UTF-8). Delete it; your server stays.");
        Files.delete(progress);
        Files.createDirectory(progress);
        assertOneLine(run("progress"), "Delete it; your server stays.");
    }

    @Test
    void folderWhereTheServerShouldBeIsNamed() throws IOException {
        Files.createDirectories(mine.resolve("tcp").resolve("Server.java").resolve("x"));
        assertOneLine(run("check", "step1"), "is no file. Move it away, and begin with:");
        assertOneLine(run("start", "step1"), "It must be a file in a folder that you may write to.");
    }

    @Test
    void folderThatCannotBeWrittenIsNamed() throws IOException {
        System.setProperty(
                "workshop.mine", Files.writeString(mine.resolve("file"), "").toString());
        assertOneLine(run("start", "step1"), "It must be a file in a folder that you may write to.");
    }

    @Test
    void progressThatCannotBeNotedIsNoFailure() throws IOException {
        Path tcp = Files.createDirectories(mine.resolve("tcp"));
        Files.writeString(tcp.resolve("Server.java"), "package tcp;");
        Files.createDirectory(mine.resolve("progress.lock")); // as in a folder that is read-only
        assertThat(run("check", "step1")).startsWith("1 ").contains("\nYour progress is not noted: ");
    }

    @Test
    void sourcesAreUtf8WithoutByteOrderMark() throws IOException {
        Path source = Files.writeString(mine.resolve("Server.java"), "\uFEFFpackage tcp;");
        assertThatThrownBy(() -> Submission.compile(source, "mine")).hasMessageContaining("byte order mark");
        Files.write(source, "// \u00fc".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Submission.compile(source, "mine"))
                .hasMessage("mine is not UTF-8: save it in that encoding.");
        Files.writeString(source, "package tcp;\npublic class Server {\n\tint i = true;\n}\n");
        assertThatThrownBy(() -> Submission.compile(source, "mine")).hasMessage("""
                mine:3: error: incompatible types: boolean cannot be converted to int
                        int i = true;
                                ^""");
        Files.writeString(source, "package tcp;\npublic class Server {}\n");
        assertThatThrownBy(() -> Submission.compile(source, "mine"))
                .hasMessageStartingWith("It compiles, but something is missing: ");
    }
}
