package tcp.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tcp.testkit.source.Patch;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.system.UserError;

/** Step 5 with a few lines changed. */
final class Patched {
    static final String SOURCE = "step5-http/src/main/java/tcp/Server.java";

    private Patched() {}

    /** Step 5's source with these patches, one after the other. */
    static String source(Path... patches) throws IOException {
        String source = Files.readString(Machine.ROOT.resolve(SOURCE));
        for (Path patch : patches) {
            try {
                source = Patch.parse(Files.readString(patch)).apply(source);
            } catch (Patch.DoesNotApply e) {
                throw new UserError(patch.getFileName() + " does not apply to " + SOURCE + ": " + e.getMessage());
            }
        }
        return source;
    }

    /** Compiles it. Returns the folder of its classes. */
    static Path compile(Path work, Path... patches) throws IOException {
        StringBuilder name = new StringBuilder("step5");
        for (Path patch : patches) {
            name.append("+").append(patch.getFileName().toString().replace(".patch", ""));
        }
        Path folder = work.resolve(name.toString());
        if (!Files.exists(folder.resolve("tcp/Server.class"))) {
            var compilation = SourceCompiler.compile(source(patches), List.of());
            if (!compilation.succeeded()) {
                throw new UserError(name + " does not compile: " + compilation.remarks());
            }
            compilation.writeTo(folder);
        }
        return folder;
    }
}
