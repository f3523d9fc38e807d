package tcp.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tcp.testkit.source.Patch;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.system.UserError;

/** Step 5, or the loop in C, with a few lines changed. */
final class Patched {
    static final String STEP5 = "step5-http/src/main/java/tcp/Server.java";

    private Patched() {}

    /** A source file of the project with these patches of bench/experiments, one after the other. */
    static String source(String file, List<String> patches) throws IOException {
        String source = Files.readString(Machine.ROOT.resolve(file));
        for (String name : patches) {
            Path patch = Machine.ROOT.resolve("bench/experiments").resolve(name + ".patch");
            try {
                source = Patch.parse(Files.readString(patch)).apply(source);
            } catch (Patch.DoesNotApply e) {
                throw new UserError(patch.getFileName() + " does not apply to " + file + ": " + e.getMessage());
            }
        }
        return source;
    }

    /** Compiles step 5 with them. Returns the folder of its classes. */
    static Path compile(Path work, List<String> patches) throws IOException {
        Path folder = work.resolve("step5+" + String.join("+", patches));
        if (!Files.exists(folder.resolve("tcp/Server.class"))) {
            var compilation = SourceCompiler.compile(source(STEP5, patches), List.of());
            if (!compilation.succeeded()) {
                throw new UserError(folder.getFileName() + " does not compile: " + compilation.remarks());
            }
            compilation.writeTo(folder);
        }
        return folder;
    }
}
