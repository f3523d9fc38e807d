package tcp.docs.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each fenced block of a page says where it comes from: a source (java), a change from the step
 * before (diff), or something that is run (console). What nothing can prove (text, mermaid) is
 * rare.
 */
class BlocksTest {
    private static final Docs DOCS = Docs.read();
    private static final String CHAPTER = "docs/step1-init.md";

    static Stream<Page> pages() {
        return DOCS.pages().values().stream().filter(page -> !page.name.startsWith("workshop/"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void sayWhereTheyComeFrom(Page page) {
        Problem.assertNone(page.blocks.stream()
                .flatMap(block -> BlockRules.check(block).stream())
                .toList());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void areMostlyProven(Page page) {
        Problem.assertNone(BlockRules.checkPage(page));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                           | without a language",
                "bash                         | of an unknown kind, bash",
                "rust                         | of an unknown kind, rust",
                "diff                         | without its title",
                "console                      | console block titled \"\"",
                "console title=\"terminal\"   | console block titled \"terminal\""
            })
    void withoutAnOriginAreFound(String info, String problem) {
        assertThat(BlockRules.check(block("```" + info + "\n$ exit\n```\n")))
                .singleElement()
                .asString()
                .startsWith(CHAPTER + ":3: ")
                .contains(problem);
    }

    @Test
    void thatAreIndentedOrTooWideAreFound() {
        assertThat(BlockRules.check(block("    System.exit(2);\n"))).isNotEmpty();
        assertThat(BlockRules.check(block("```java title=\"Server.java#run\"\n" + "x".repeat(91) + "\n```\n")))
                .hasSize(1);
    }

    @Test
    void thatNothingProvesAreFew() {
        assertThat(BlockRules.checkPage(new Page(CHAPTER, "```text\nx\n```\n\n".repeat(6))))
                .isEmpty();
        assertThat(BlockRules.checkPage(new Page(CHAPTER, "```text\nx\n```\n\n".repeat(7))))
                .hasSize(1);
    }

    @Test
    void getNewLinesAndNothingElseChanges() {
        Page page = new Page(CHAPTER, "a\n\n```text\nb\n```\n\nc\n\n```text\nd\n```\n");
        assertThat(page.with(0, java.util.List.of("x", "y")))
                .isEqualTo("a\n\n```text\nx\ny\n```\n\nc\n\n```text\nd\n```\n");
    }

    private static Block block(String text) {
        return new Page(CHAPTER, "# Title\n\n" + text).blocks.get(0);
    }
}
