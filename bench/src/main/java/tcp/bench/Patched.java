package tcp.bench;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.patch.PatchFailedException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

/** Step 5 with a few lines changed. */
final class Patched {
    static final String SOURCE = "step5-http/src/main/java/tcp/Server.java";

    private Patched() {}

    /** Step 5's source with these patches, one after the other. */
    static List<String> source(Path... patches) throws IOException, Trouble {
        List<String> source = Files.readAllLines(Machine.ROOT.resolve(SOURCE));
        for (Path patch : patches) {
            try {
                source = DiffUtils.patch(source, UnifiedDiffUtils.parseUnifiedDiff(Files.readAllLines(patch)));
            } catch (PatchFailedException e) {
                throw new Trouble(patch.getFileName() + " does not apply to " + SOURCE + ": " + e.getMessage());
            }
        }
        return source;
    }

    /** Compiles it. Returns the folder of its classes. */
    static Path compile(Path work, Path... patches) throws IOException, Trouble {
        StringBuilder name = new StringBuilder("step5");
        for (Path patch : patches) {
            name.append("+").append(patch.getFileName().toString().replace(".patch", ""));
        }
        Path folder = work.resolve(name.toString());
        if (!Files.exists(folder.resolve("tcp/Server.class"))) {
            Path file = Files.createDirectories(folder.resolve("source")).resolve("Server.java");
            Files.write(file, source(patches));
            var compiler = ToolProvider.getSystemJavaCompiler();
            if (compiler == null) {
                throw new Trouble("this needs a JDK, with its compiler; " + Machine.JAVA_HOME + " has none");
            }
            StringWriter said = new StringWriter();
            try (var files = compiler.getStandardFileManager(null, null, null)) {
                if (!compiler.getTask(
                                said,
                                files,
                                null,
                                List.of("--release", "17", "-d", folder.toString()),
                                null,
                                files.getJavaFileObjects(file))
                        .call()) {
                    throw new Trouble(name + " does not compile: "
                            + said.toString().lines().findFirst().orElse(""));
                }
            }
        }
        return folder;
    }
}
