package tcp.workshop;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.source.SourceCompiler.Compilation;
import tcp.testkit.source.SourceCompiler.Remark;

/** The learner's Server.java, compiled, and a class loader that has it. */
record Submission(Compilation compilation, ClassLoader loader) {

    /** The source cannot be read or compiled, or is not the class that the requirements need. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * Compiles a source file.
     *
     * @param shown its path as messages name it
     * @throws Refused what is wrong with it
     */
    static Submission compile(Path source, String shown) throws Refused, IOException {
        String text = text(source, shown);
        Compilation compilation = SourceCompiler.compile(text, List.of("-Xlint:none"));
        if (!compilation.succeeded()) {
            List<String> lines = text.lines().toList();
            throw new Refused(String.join(
                    "\n",
                    compilation.remarks().stream()
                            .filter(Remark::error)
                            .map(error -> error(error, shown, lines))
                            .toList()));
        }
        ClassLoader loader = compilation.loader(Submission.class.getClassLoader());
        String missing = missing(compilation, loader);
        if (missing != null) {
            throw new Refused("""
                    It compiles, but something is missing: %s
                    The check makes a server with new Server(port), asks its port(), calls run()
                    in a thread of its own, and close() from another. All four must be public,
                    and Server must implement AutoCloseable.""".formatted(missing));
        }
        return new Submission(compilation, loader);
    }

    private static String text(Path source, String shown) throws Refused, IOException {
        byte[] bytes = Files.readAllBytes(source);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.startsWith("\uFEFF")) {
                throw new Refused(shown + " begins with a byte order mark, which javac does not take: save it as UTF-8"
                        + " without one (without BOM).");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new Refused(shown + " is not UTF-8: save it in that encoding.");
        }
    }

    /** An error as javac writes it. */
    private static String error(Remark error, String shown, List<String> lines) {
        if (error.line() < 1 || error.line() > lines.size()) {
            return shown + ": error: " + error.message();
        }
        // javac counts a tab as so many columns
        String line = lines.get((int) error.line() - 1).replace("\t", " ".repeat(8));
        return "%s:%s: error: %s\n%s\n%s^".formatted(shown, error.line(), error.message(), line, " ".repeat((int)
                        Math.max(0, error.column() - 1)));
    }

    /** What the class lacks, or null. */
    private static String missing(Compilation compilation, ClassLoader loader) {
        if (!compilation.classes().containsKey("tcp.Server")) {
            return "package tcp; and public class Server";
        }
        try {
            Class<?> server = Class.forName("tcp.Server", false, loader);
            server.getConstructor(int.class);
            server.getMethod("run");
            server.getMethod("close");
            return server.getMethod("port").getReturnType() != int.class
                    ? "int port()"
                    : !AutoCloseable.class.isAssignableFrom(server)
                            ? "implements AutoCloseable"
                            : Modifier.isPublic(server.getModifiers()) ? null : "public class Server";
        } catch (ReflectiveOperationException | LinkageError e) {
            return e.getMessage();
        }
    }
}
