package tcp.docs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Problem;

/** Java blocks show lines that are in a step's source now. */
class JavaBlocksTest {
    private static final Docs DOCS = Docs.read();

    @Test
    void areInTheirSource() {
        Problem.assertNone(DOCS.blocks("java")
                .filter(block -> !block.page().startsWith("workshop/"))
                .flatMap(block -> JavaBlocks.check(DOCS, block).stream())
                .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                        | java block titled \"\"",
                "Client.java#two           | java block titled \"Client.java",
                "Server.java#two           | this line is not in step1-init",
                "step2-discard/Server.java | this line is not in step2-discard"
            })
    void thatAreInNoSourceAreFound(String title, String problem, @TempDir Path root) throws Exception {
        Block block = block(title, "    int two() {", "        return 3;");
        assertThat(JavaBlocks.check(SmallDocs.of(root), block))
                .singleElement()
                .asString()
                .startsWith("docs/step1-init.md:")
                .contains(problem);
    }

    @Test
    void areFoundAgainByTheirFirstAndLastLine() {
        List<String> source = SmallDocs.SOURCE1.lines().toList();
        assertThat(JavaBlocks.excerpt(source, List.of("    int two() {", "old", "    }")))
                .containsExactly("    int two() {", "        return 2;", "    }");
        assertThat(JavaBlocks.excerpt(source, List.of("old", "    }"))).isNull();
        assertThat(JavaBlocks.excerpt(source, List.of("    int two() {", "old")))
                .isNull();
    }

    private static Block block(String title, String... lines) {
        return new Block(SmallDocs.STEP1, 0, 1, "java title=\"" + title + "\"", List.of(lines));
    }
}
