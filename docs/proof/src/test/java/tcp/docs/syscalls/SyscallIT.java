package tcp.docs.syscalls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tcp.docs.console.Shell;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Problem;
import tcp.testkit.Thorough;
import tcp.testkit.source.Steps;

/**
 * What the docs say of system calls is compared with a recording made now. Linux only: other
 * systems have other calls.
 */
@Thorough
class SyscallIT {
    private static final Docs DOCS = Docs.read();

    static Stream<Block> blocks() {
        return DOCS.blocks("console").filter(block -> block.title().startsWith("kernel"));
    }

    static List<String> names() {
        return Recording.names();
    }

    @BeforeEach
    void onlyWhereStraceWorks() throws Exception {
        Shell.assume("strace");
    }

    /** Each kernel block shows the calls that the loop makes today. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("blocks")
    void showsWhatTheKernelSees(Block block) {
        Problem.assertNone(SyscallBlocks.check(DOCS, block));
    }

    /** Each chapter's picture is drawn from the session as it goes today. */
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void drawsWhatIsRecorded(Steps step) {
        Problem.assertNone(SequenceDiagram.check(DOCS, step));
    }

    @Test
    void aWrongBlockIsFound() {
        String page = Docs.chapter(Steps.INIT);
        List<String> lines =
                new ArrayList<>(Recording.of(DOCS, Steps.INIT, "kernel").lines(Steps.INIT));
        assertThat(SyscallBlocks.check(DOCS, new Block(page, 0, 10, "console title=\"kernel\"", lines)))
                .isEmpty();
        assertThat(SyscallBlocks.check(DOCS, new Block(page, 0, 10, "console title=\"kernel x\"", lines)))
                .hasSize(1);
        lines.set(4, lines.get(4).replace("EPOLLIN", "EPOLLIN|EPOLLET"));
        assertThat(SyscallBlocks.check(DOCS, new Block(page, 0, 10, "console title=\"kernel\"", lines)))
                .singleElement()
                .asString()
                .startsWith("docs/step1-init.md:15: ");
    }

    /** Java's selector is level-triggered. */
    @ParameterizedTest
    @MethodSource("names")
    void asksForNothingEdgeTriggered(String name) {
        claim(name).noneMatch(call -> call.contains("EPOLLET"));
    }

    /** The loop ends in waiting: who is served, or silent, or gone, costs nothing. */
    @ParameterizedTest
    @MethodSource("names")
    void waitsInTheEnd(String name) {
        claim(name).last().isEqualTo("epoll_wait(epoll, <unfinished ...>");
    }

    /** From step 3 on a connection is registered once, and taken out once, at its end. */
    @ParameterizedTest
    @MethodSource("names")
    void registersAConnectionOnce(String name) {
        int registered = name.startsWith("step1") || name.startsWith("step2") ? 0 : 1;
        claim(name)
                .filteredOn(c -> c.startsWith("epoll_ctl(epoll, EPOLL_CTL_ADD, client"))
                .hasSize(registered);
        claim(name)
                .filteredOn(c -> c.startsWith("epoll_ctl(epoll, EPOLL_CTL_DEL, client"))
                .hasSize(registered);
    }

    /** One readiness, one read: then the others have their turn. */
    @ParameterizedTest
    @MethodSource("names")
    void readsOnceAtAReadiness(String name) {
        long readable = shown(name).stream()
                .filter(c -> c.startsWith("epoll_wait(") && c.contains("client: EPOLLIN"))
                .count();
        claim(name).filteredOn(c -> c.startsWith("read(client")).hasSize((int) readable);
    }

    @Test
    void interestInNothingTakesTheListenerOut() {
        turns("step1-init kernel")
                .containsExactly(
                        "listen, write, epoll_ctl ADD listener EPOLLIN",
                        "epoll_wait listener EPOLLIN, write, epoll_ctl DEL listener",
                        "epoll_wait");
    }

    @Test
    void whoIsClosedAtOnceIsNeverRegistered() {
        turns("step2-discard kernel").element(1).isEqualTo("epoll_wait listener EPOLLIN, accept, write, close");
    }

    @Test
    void endOfStreamIsAReadOfNothing() {
        claim("step3-read kernel")
                .containsSubsequence(
                        "epoll_wait(epoll, [client: EPOLLIN], -1) = 1",
                        "read(client, \"hello\\n\", 16384) = 6",
                        "epoll_wait(epoll, [client: EPOLLIN], -1) = 1",
                        "read(client, \"\", 16384) = 0",
                        "close(client) = 0");
    }

    @Test
    void aResetIsAReadThatFails() {
        claim("step3-read kernel reset")
                .containsSubsequence("read(client, 16384) = -1 ECONNRESET", "close(client) = 0");
    }

    @Test
    void theReplyIsWrittenWhenThereIsRoomAndThenOurHalfEnds() {
        claim("step4-write kernel")
                .containsSubsequence(
                        "read(client, \"hello\\n\", 16384) = 6",
                        "epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLOUT) = 0",
                        "epoll_wait(epoll, [client: EPOLLOUT], -1) = 1",
                        "write(client, \"Received 6 bytes\\n\", 17) = 17",
                        "shutdown(client, SHUT_WR) = 0",
                        "epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLIN) = 0",
                        "read(client, \"\", 16384) = 0",
                        "close(client) = 0");
    }

    /** And no epoll_ctl, while each response fits at once. */
    @Test
    void aKeptConnectionCostsOneReadAndOneWriteARequest() {
        for (int request = 2; request <= 3; request++) {
            turns("step5-http kernel").element(request).isEqualTo("epoll_wait client EPOLLIN, read, write");
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredByOneWrite() {
        turns("step5-http kernel pipelined").element(2).isEqualTo("epoll_wait client EPOLLIN, read, write");
        claim("step5-http kernel pipelined")
                .filteredOn(c -> c.startsWith("write(client"))
                .singleElement()
                .asString()
                .endsWith(" = " + 16 * 93);
    }

    @Test
    void whoDoesNotReadIsNotReadFrom() {
        String name = "step5-http kernel back-pressure";
        claim(name)
                .containsSubsequence(
                        "epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLOUT) = 0",
                        "epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLIN) = 0");
        List<String> calls = shown(name);
        claim(
                        name,
                        calls.subList(
                                calls.indexOf("epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLOUT) = 0"),
                                calls.indexOf("epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLIN) = 0")))
                .noneMatch(call -> call.startsWith("read("));
    }

    private static ListAssert<String> claim(String name) {
        return claim(name, shown(name));
    }

    private static ListAssert<String> claim(String name, List<String> calls) {
        return assertThat(calls).as("""
                        what docs/%s.md says of system calls, compared with the session "%s" recorded now. \
                        Either the server has changed by mistake, or the chapter and this test have to""", name.split(" ")[0], name);
    }

    private static List<String> shown(String name) {
        String[] parts = name.split(" ", 2);
        Steps step = Stream.of(Steps.values())
                .filter(s -> s.folder.equals(parts[0]))
                .findFirst()
                .orElseThrow();
        return Recording.of(DOCS, step, parts[1]).calls().stream()
                .map(Strace.Call::shown)
                .toList();
    }

    /**
     * Each turn of the loop in one line: its calls, and of epoll's what they are about.
     */
    private static ListAssert<String> turns(String name) {
        StringBuilder turns = new StringBuilder();
        for (String call : shown(name)) {
            String brief = call.replaceFirst("\\(.*", "");
            if (brief.startsWith("epoll")) {
                brief += " "
                        + call.replaceAll("^\\w+\\(epoll,|EPOLL_CTL_|<.*|\\) = .*|[\\[\\]:,]|-1", "")
                                .strip();
            }
            turns.append(brief.startsWith("epoll_wait") ? "\n" : turns.isEmpty() ? "" : ", ")
                    .append(brief.strip());
        }
        return claim(name, turns.toString().lines().toList());
    }
}
