package docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the docs show of a terminal is what a terminal shows. */
class ConsoleTest {
    private static final Docs DOCS = Docs.read();

    static Stream<Session> sessions() {
        return DOCS.pages().values().stream().flatMap(page -> Session.of(DOCS, page, new ArrayList<>()).stream());
    }

    static Stream<String> pages() {
        return DOCS.pages().keySet().stream();
    }

    /** A server and its clients: each prints what its block shows. */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("sessions")
    void runsAsShown(Session session) throws Exception {
        Shell.assume(Shell.programs(session.commands()));
        Problem.assertNone(session.check(Duration.ofSeconds(10)));
    }

    /** The commands that need no server, in order, in a copy of the repository. */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("pages")
    void runsInAShellAsShown(String page) throws Exception {
        List<Command> commands = Sessionless.commands(DOCS.pages().get(page));
        if (!commands.isEmpty()) {
            Shell.assume(Shell.programs(commands));
            Problem.assertNone(Sessionless.check(DOCS, commands));
        }
    }

    /** Each client block has a server. */
    @Test
    void clientsHaveAServer() {
        List<Problem> problems = new ArrayList<>();
        DOCS.pages().values().forEach(page -> Session.of(DOCS, page, problems));
        Problem.assertNone(problems);
    }

    /** Each patch in docs/broken is used, fits, and compiles as the step itself does. */
    @Test
    void patchesAreUsed() throws Exception {
        Problem.assertNone(Sessionless.checkPatches(DOCS));
    }

    /** Each program in docs/try is run somewhere. */
    @Test
    void programsAreRun() throws Exception {
        Problem.assertNone(Sessionless.checkPrograms(DOCS));
    }
}
