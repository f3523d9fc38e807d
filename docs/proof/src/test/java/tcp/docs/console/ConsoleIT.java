package tcp.docs.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tcp.docs.page.Docs;
import tcp.docs.page.Page;
import tcp.docs.page.Problem;
import tcp.testkit.Thorough;

/** What the pages show of a terminal is what a terminal shows. */
class ConsoleIT {
    private static final Docs DOCS = Docs.read();

    static Stream<ConsoleSession> sessions() {
        return DOCS.pages().values().stream()
                .flatMap(page -> ConsoleSession.of(DOCS, page, new ArrayList<>()).stream());
    }

    @Thorough
    @ParameterizedTest(name = "{0}")
    @MethodSource("sessions")
    void printsWhatIsShown(ConsoleSession session) throws Exception {
        Shell.assume(session.all());
        Problem.assertNone(session.check(Duration.ofSeconds(10)));
    }

    @Test
    void eachClientHasAServer() {
        List<Problem> problems = new ArrayList<>();
        DOCS.pages().values().forEach(page -> ConsoleSession.of(DOCS, page, problems));
        Problem.assertNone(problems);
    }

    /** What would take too long here, a block titled ci, stands in a script of .ci word for word. */
    @Test
    void whatIsNotRunHereIsRunInCi() throws Exception {
        StringBuilder scripts = new StringBuilder();
        try (var files = Files.list(DOCS.root().resolve(".ci"))) {
            for (Path file : files.toList()) {
                scripts.append(Files.readString(file));
            }
        }
        Problem.assertNone(DOCS.blocks("console")
                .filter(block -> block.title().equals("ci"))
                .flatMap(block -> Command.of(block).stream())
                .filter(command -> scripts.indexOf(command.text()) < 0)
                .map(command -> command.block()
                        .problem(
                                command.line(),
                                "no script of .ci runs `" + command.text() + "`",
                                "let one run it, or title the block shell, server or client"))
                .toList());
    }

    private static final String SERVER = """
            ```console title="server"
            $ java step2-discard/src/main/java/tcp/Server.java
            Listening on port 8080
            Got connection from /127.0.0.1:54321
            ```

            """;
    private static final String CLIENT = """
            ```console title="client"
            $ nc 127.0.0.1 8080 </dev/null; echo $?
            0
            ```

            """;

    private static List<Problem> check(String text) throws Exception {
        List<Problem> problems = new ArrayList<>();
        for (ConsoleSession session : ConsoleSession.of(DOCS, new Page("docs/step2-discard.md", text), problems)) {
            Shell.assume(session.all());
            problems.addAll(
                    new ConsoleSession(DOCS, session.server(), session.commands(), false).check(Duration.ofSeconds(1)));
        }
        return problems;
    }

    static Stream<List<String>> wrong() {
        return Stream.of(
                List.of("4: ", SERVER.replace("Got", "Had") + CLIENT),
                List.of("9: ", SERVER + CLIENT.replace("\n0", "\n1")),
                List.of("4: ", SERVER.replaceFirst("\nGot .*", "") + CLIENT),
                List.of("4: ", SERVER));
    }

    @Thorough
    @Test
    void aRightTranscriptHasNoProblem() throws Exception {
        assertThat(check(SERVER + CLIENT)).isEmpty();
    }

    /** A wrong line of the server, of the client, one line too many, and one that never comes. */
    @Thorough
    @ParameterizedTest
    @MethodSource
    void wrong(List<String> placeAndText) throws Exception {
        assertThat(check(placeAndText.get(1)))
                .singleElement()
                .asString()
                .startsWith("docs/step2-discard.md:" + placeAndText.get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "server broken/none.patch, there is no file docs/broken/none.patch",
        "client, a client block without a server"
    })
    void aSessionThatCannotBeIsFound(String title, String problem) throws Exception {
        assertThat(check(SERVER.replace("title=\"server", "title=\"" + title)))
                .singleElement()
                .asString()
                .contains(problem);
    }
}
