package tcp.testkit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tcp.testkit.source.SourceCompiler.Remark;

/** Sources are compiled in memory, and changed by patches in both notations. */
class SourceTest {
    @ParameterizedTest
    @EnumSource
    void compilesEachStepAsStrictlyAsTheBuild(Steps step) throws Exception {
        var compiled = SourceCompiler.compile(String.join("\n", step.source()), SourceCompiler.STRICT);
        assertThat(compiled.remarks()).isEmpty();
        Class<?> server = compiled.loader(getClass().getClassLoader()).loadClass("tcp.Server");
        assertThat(server.getConstructor(int.class)).isNotNull();
    }

    @Test
    void tellsErrorsAsData(@TempDir Path folder) throws Exception {
        var compiled = SourceCompiler.compile("package tcp;\npublic class Server { int grün = ü; }\n", List.of());
        assertThat(compiled.succeeded()).isFalse();
        Remark error = compiled.remarks().get(0);
        assertThat(error.error()).isTrue();
        assertThat(error.file()).isEqualTo("tcp/Server.java");
        assertThat(error.line()).isEqualTo(2);
        assertThat(error.message()).startsWith("cannot find symbol");
    }

    @Test
    void compilesSourcesThatBelongTogether(@TempDir Path folder) throws Exception {
        var compiled = SourceCompiler.compile(
                Map.of(
                        "tcp/Server.java", "package tcp; class Server { Helper helper; }",
                        "tcp/Helper.java", "package tcp; class Helper {}"),
                List.of());
        compiled.writeTo(folder);
        assertThat(folder.resolve("tcp/Server.class")).exists();
        assertThat(Files.readAllBytes(folder.resolve("tcp/Helper.class")))
                .isEqualTo(compiled.classes().get("tcp.Helper"));
    }

    private static final String FILE = "one\ntwo\nthree\ntwo\nfour\n";

    @Test
    void appliesShortPatchesHunkByHunk() {
        Patch patch = Patch.parse("What it is.\nKey: value\n@@\n one\n-two\n+2\n@@\n-four\n+4\n");
        assertThat(patch.head()).isEqualTo("What it is.\nKey: value");
        assertThat(patch.apply(FILE)).isEqualTo("one\n2\nthree\ntwo\n4\n");
    }

    @Test
    void appliesUnifiedDiffsEvenWhereLinesOccurTwice() {
        String diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n+zero\n one\n two\n@@ -4 +5 @@ context\n-two\n+2\n";
        assertThat(Patch.parse(diff).apply(FILE)).isEqualTo("zero\none\ntwo\nthree\n2\nfour\n");
    }

    @Test
    void saysWhereAPatchDoesNotApply() {
        var twice = catchThrowableOfType(
                Patch.DoesNotApply.class, () -> Patch.parse("@@\n-two\n").apply(FILE));
        assertThat(twice.places()).isEqualTo(2);
        var nowhere = catchThrowableOfType(Patch.DoesNotApply.class, () -> Patch.parse("@@\n two\n-three\n-five\n")
                .apply(FILE));
        assertThat(nowhere.places()).isZero();
        assertThat(nowhere.misfit().text()).isEqualTo("five");
    }
}
