package docs;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each fenced block of the docs has an origin: it is a part of a source (java), a change
 * from the step before (diff), or something that is run (console). What nothing can prove
 * (text, mermaid) is rare.
 */
class BlocksTest {
    private static final Docs DOCS = Docs.read();

    static Stream<Block> blocks() {
        return DOCS.pages().values().stream().flatMap(page -> page.blocks.stream());
    }

    static Stream<String> pages() {
        return DOCS.pages().keySet().stream();
    }

    static List<String> steps() {
        return Docs.STEPS;
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("blocks")
    void hasAnOrigin(Block block) {
        Problem.assertNone(Origins.check(DOCS, block));
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("pages")
    void isMostlyProven(String page) {
        Problem.assertNone(Origins.checkPage(DOCS.pages().get(page)));
    }

    /** Who types every diff block of the chapter has the step's source in the end. */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("steps")
    void canBeTypedAlong(String step) {
        Problem.assertNone(Typing.check(DOCS, step, true));
    }
}
