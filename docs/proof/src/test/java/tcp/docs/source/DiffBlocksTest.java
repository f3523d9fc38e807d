package tcp.docs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Problem;
import tcp.testkit.source.Steps;

/** A chapter's diff blocks add up to its step's source, and the file compiles after each one. */
class DiffBlocksTest {
    private static final Docs DOCS = Docs.read();

    @TempDir
    private Path root;

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void canBeTypedAlong(Steps step) {
        Problem.assertNone(DiffBlocks.check(DOCS, step, true));
    }

    /** Each patch in docs/broken and each program in docs/try is used, applies and compiles. */
    @Test
    void mistakesToTryAreUsed() {
        Problem.assertNone(BrokenSources.check(DOCS));
    }

    @Test
    void thatAreRightHaveNoProblem() throws Exception {
        assertThat(check(SmallDocs.of(root), true)).isEmpty();
    }

    private static List<Problem> check(Docs docs, boolean compile) {
        List<Problem> problems = new ArrayList<>(DiffBlocks.check(docs, Steps.INIT, compile));
        problems.addAll(DiffBlocks.check(docs, Steps.DISCARD, compile));
        return problems;
    }

    @Test
    void findAChangedSource() throws Exception {
        Docs docs = SmallDocs.of(root);
        SmallDocs.write(root, Steps.DISCARD, SmallDocs.SOURCE2.replace("return 1;", "return  1;"));
        assertThat(DiffBlocks.check(docs, Steps.DISCARD, false))
                .singleElement()
                .asString()
                .startsWith(SmallDocs.STEP2 + ":1: ")
                .contains("step2-discard/src/main/java/tcp/Server.java:9 has:\n                return  1;");
    }

    /** Each line of each block counts, and each block. */
    @Test
    void findAChangedLineAndAMissingBlock() throws Exception {
        Docs docs = SmallDocs.of(root);
        docs.blocks("diff").forEach(block -> {
            for (int i = 0; i < block.lines().size(); i++) {
                if (!block.lines().get(i).equals("@@")) {
                    List<String> lines = new ArrayList<>(block.lines());
                    lines.set(i, lines.get(i) + " ");
                    assertThat(check(with(docs, block, lines), false))
                            .as("%s", lines)
                            .isNotEmpty();
                }
            }
            assertThat(check(with(docs, block, List.of()), false)).isNotEmpty();
        });
        assertThat(check(docs.with(SmallDocs.STEP2, null), false))
                .singleElement()
                .asString()
                .contains("no such chapter");
    }

    private static Docs with(Docs docs, Block block, List<String> lines) {
        return docs.with(block.page(), docs.pages().get(block.page()).with(block.index(), lines));
    }

    /** The result is the same, but in between a method is called that is not there yet. */
    @Test
    void compileAfterEachBlock() throws Exception {
        Docs swapped = SmallDocs.of(root, SmallDocs.FIRST + SmallDocs.THREE + SmallDocs.TWO, SmallDocs.ONE);
        assertThat(DiffBlocks.check(swapped, Steps.INIT, false)).isEmpty();
        assertThat(DiffBlocks.check(swapped, Steps.INIT, true))
                .singleElement()
                .asString()
                .startsWith("docs/step1-init.md:8: after this block the file does not compile")
                .contains("return two() + 1;");
    }

    @Test
    void fitOnePlaceOnly() throws Exception {
        String twice = SmallDocs.diff("     }\n+    // x\n");
        Docs docs = SmallDocs.of(root, SmallDocs.FIRST + SmallDocs.TWO + SmallDocs.THREE + twice, "");
        assertThat(DiffBlocks.check(docs, Steps.INIT, true))
                .singleElement()
                .asString()
                .contains("fit 2 places");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "' class Server {\n }'          | this changes nothing",
                "'-class Server {\n+class Server {\n+// x' | goes and comes back as it was",
                "'class Server {'               | a line of a diff block begins with 'c'",
                "' class Client {\n+// x'       | has no `class Client {` at this place"
            })
    void areChanges(String content, String problem) throws Exception {
        Docs docs = SmallDocs.of(root, SmallDocs.FIRST + SmallDocs.diff(content + "\n"), "");
        assertThat(DiffBlocks.check(docs, Steps.INIT, true))
                .first()
                .asString()
                .startsWith("docs/step1-init.md:9: ")
                .contains(problem);
    }
}
