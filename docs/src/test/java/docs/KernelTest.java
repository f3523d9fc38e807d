package docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the docs say of system calls, held against a recording made now. Linux only: other
 * systems have other calls.
 */
class KernelTest {
    private static final Docs DOCS = Docs.read();

    static Stream<Block> blocks() {
        return DOCS.chapters().stream().flatMap(page -> page.blocks.stream())
                .filter(block -> block.title().startsWith("kernel"));
    }

    static List<String> names() {
        return Recording.names();
    }

    @BeforeEach
    void onlyWhereStraceIs() {
        Shell.assume(List.of("bash", "setsid", "strace"));
    }

    /** Each kernel block shows the calls that the loop makes today. */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("blocks")
    void showsWhatTheKernelSees(Block block) {
        Problem.assertNone(Kernels.check(DOCS, block));
    }

    /** Java's selector is level-triggered. */
    @ParameterizedTest
    @MethodSource("names")
    void asksForNothingEdgeTriggered(String name) {
        assertThat(shown(recording(name))).noneMatch(call -> call.contains("EPOLLET"));
    }

    /** The loop ends in waiting: who is served, or silent, or gone, costs nothing. */
    @ParameterizedTest
    @MethodSource("names")
    void waitsInTheEnd(String name) {
        List<Trace.Call> calls = recording(name).calls();
        assertThat(Trace.last(calls).shown())
                .isEqualTo("epoll_wait(epoll, <unfinished ...>");
    }

    /** From step 3 on a connection is registered once, and taken out once, at its end. */
    @ParameterizedTest
    @MethodSource("names")
    void registersAConnectionOnce(String name) {
        int registered = name.startsWith("step1") || name.startsWith("step2") ? 0 : 1;
        List<String> calls = shown(recording(name));
        assertThat(calls)
                .filteredOn(c -> c.startsWith("epoll_ctl(epoll, EPOLL_CTL_ADD, c"))
                .hasSize(registered);
        assertThat(calls)
                .filteredOn(c -> c.startsWith("epoll_ctl(epoll, EPOLL_CTL_DEL, c"))
                .hasSize(registered);
    }

    /** One readiness, one read: then the others have their turn. */
    @ParameterizedTest
    @MethodSource("names")
    void readsOnceAtAReadiness(String name) {
        List<String> calls = shown(recording(name));
        long readable = calls.stream().filter(c -> c.startsWith("epoll_wait(")
                && c.contains("client: EPOLLIN")).count();
        assertThat(calls).filteredOn(c -> c.startsWith("read(client"))
                .hasSize((int) readable);
    }

    @Test
    void interestInNothingTakesTheListenerOut() {
        assertThat(turns("step1-init kernel")).containsExactly(
                "listen, fcntl, write, epoll_ctl ADD listener EPOLLIN",
                "epoll_wait listener EPOLLIN, write, epoll_ctl DEL listener",
                "epoll_wait");
    }

    @Test
    void whoIsClosedAtOnceIsNeverRegistered() {
        assertThat(turns("step2-discard kernel").get(1))
                .isEqualTo("epoll_wait listener EPOLLIN, accept, write, close");
    }

    @Test
    void endOfStreamIsAReadOfNothing() {
        Recording recording = recording("step3-read kernel");
        assertThat(shown(recording)).containsSubsequence(
                "epoll_wait(epoll, [client: EPOLLIN], -1) = 1",
                "read(client, \"hello\\n\", 16384) = 6",
                "epoll_wait(epoll, [client: EPOLLIN], -1) = 1",
                "read(client, \"\", 16384) = 0", "close(client) = 0");
    }

    @Test
    void aResetIsAReadThatFails() {
        assertThat(shown(recording("step3-read kernel reset"))).containsSubsequence(
                "read(client, 16384) = -1 ECONNRESET", "close(client) = 0");
    }

    @Test
    void theReplyIsWrittenWhenThereIsRoomAndThenOurHalfEnds() {
        assertThat(shown(recording("step4-write kernel"))).containsSubsequence(
                "read(client, \"hello\\n\", 16384) = 6",
                "epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLOUT) = 0",
                "epoll_wait(epoll, [client: EPOLLOUT], -1) = 1",
                "write(client, \"Received 6 bytes\\n\", 17) = 17",
                "shutdown(client, SHUT_WR) = 0",
                "epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLIN) = 0",
                "read(client, \"\", 16384) = 0", "close(client) = 0");
    }

    @Test
    void aKeptConnectionCostsOneReadAndOneWriteARequest() {
        assertThat(turns("step5-http kernel").subList(2, 4)).containsOnly(
                "epoll_wait client EPOLLIN, read, write");
    }

    @Test
    void pipelinedRequestsAreAnsweredByOneWrite() {
        Recording recording = recording("step5-http kernel pipelined");
        assertThat(turns("step5-http kernel pipelined").get(2))
                .isEqualTo("epoll_wait client EPOLLIN, read, write");
        assertThat(recording.calls()).filteredOn(call -> call.is("write", "client"))
                .extracting(Trace.Call::result).containsExactly(16 * 93L);
    }

    @Test
    void whoDoesNotReadIsNotReadFrom() {
        List<String> calls = shown(recording("step5-http kernel back-pressure"));
        int mute = calls.indexOf("epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLOUT) = 0");
        int hear = calls.indexOf("epoll_ctl(epoll, EPOLL_CTL_MOD, client, EPOLLIN) = 0");
        assertThat(mute).as("where it asks for writability").isPositive();
        assertThat(hear).as("where it asks for readability again").isGreaterThan(mute);
        assertThat(calls.subList(mute, hear)).noneMatch(call -> call.startsWith("read("));
    }

    private static Recording recording(String name) {
        String[] parts = name.split(" ", 2);
        return Recording.of(DOCS, parts[0], parts[1]);
    }

    private static List<String> shown(Recording recording) {
        return recording.calls().stream().map(Trace.Call::shown).toList();
    }

    /** Each turn of the loop in one line: its calls, and of epoll's what they are about. */
    private static List<String> turns(String name) {
        StringBuilder turns = new StringBuilder();
        for (String call : shown(recording(name))) {
            String brief = call.replaceFirst("\\(.*", "");
            if (brief.startsWith("epoll")) {
                brief += " " + call.replaceAll("^\\w+\\(epoll,|EPOLL_CTL_|<.*|\\) = .*"
                        + "|[\\[\\]:,]|-1", "").strip();
            }
            turns.append(
                    brief.startsWith("epoll_wait") ? "\n" : turns.isEmpty() ? "" : ", ")
                    .append(brief.strip());
        }
        return turns.toString().lines().toList();
    }
}
