package tcp.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tcp.simulation.story.ServerFactory;

/** The README's code compiles, and its example prints what stands below it. */
class ReadmeTest {
    @Test
    void theExamplePrintsWhatTheReadmeSays(@TempDir Path folder) throws Exception {
        List<String> blocks = Pattern.compile("(?s)```(?:java|text)\n(.*?)```")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(MatchResult::group)
                .map(block -> block.replaceAll("(?s)^```\\w+\n|```$", ""))
                .toList();
        String[] lines = blocks.get(0).split("\n", 2); // its import, and the rest
        Path source =
                Files.writeString(folder.resolve("Example.java"), """
                import java.io.*;
                %s
                public class Example {
                    public static void main(String[] args) throws Exception {
                %s    }
                    static void other(Network network) {
                %s    }
                }
                """.formatted(lines[0], lines[1], blocks.get(2)));
        Map<String, byte[]> classFiles = ServerFactory.classFiles(source);
        Class<?> example = new ClassLoader(getClass().getClassLoader()) {
            @Override
            protected Class<?> findClass(String name) {
                return defineClass(name, classFiles.get(name), 0, classFiles.get(name).length);
            }
        }.loadClass("Example");
        assertThat(printedBy(() -> example.getMethod("main", String[].class).invoke(null, (Object) new String[0])))
                .isEqualToNormalizingNewlines(blocks.get(1));
    }

    private static String printedBy(Network.Body body) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true));
        try {
            body.run();
        } catch (Throwable e) {
            throw new AssertionError(e);
        } finally {
            System.setOut(before);
        }
        return out.toString();
    }
}
