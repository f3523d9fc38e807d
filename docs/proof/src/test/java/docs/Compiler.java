package docs;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The JDK's compiler, as strict as the build's own, on text in memory. */
final class Compiler {
    private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();
    private static final StandardJavaFileManager FILES = JAVAC.getStandardFileManager(null, Locale.ROOT, null);
    private static final List<String> OPTIONS = List.of("--release", "17", "-Xlint:all,-try", "-Werror", "-proc:none");

    private Compiler() {}

    /** What the compiler says against this Server.java; empty if it is content. */
    static synchronized List<String> errors(List<String> source) {
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        boolean fine = JAVAC.getTask(
                        null,
                        new Nowhere(),
                        diagnostics,
                        OPTIONS,
                        null,
                        List.of(new Source(String.join("\n", source) + "\n")))
                .call();
        List<String> errors = new ArrayList<>();
        for (var diagnostic : diagnostics.getDiagnostics()) {
            long line = diagnostic.getLineNumber();
            String where = line > 0 && line <= source.size()
                    ? " at `" + source.get((int) line - 1).strip() + "`"
                    : "";
            errors.add(diagnostic.getMessage(Locale.ROOT).replace("\n", " ") + where);
        }
        return fine ? List.of() : errors;
    }

    /** Writes the classes of this Server.java to a folder. */
    static synchronized void compile(List<String> source, Path folder) {
        boolean fine = JAVAC.getTask(
                        null,
                        null,
                        null,
                        List.of("--release", "17", "-g", "-proc:none", "-d", folder.toString()),
                        null,
                        List.of(new Source(String.join("\n", source) + "\n")))
                .call();
        if (!fine) {
            throw new IllegalArgumentException("it does not compile");
        }
    }

    /** To look at the source as the compiler sees it. */
    static com.sun.source.util.JavacTask task(List<String> source) {
        return (com.sun.source.util.JavacTask)
                JAVAC.getTask(null, null, null, OPTIONS, null, List.of(new Source(String.join("\n", source) + "\n")));
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///tcp/Server.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Throws the classes away: it is the compiler's opinion that is wanted. */
    private static final class Nowhere extends ForwardingJavaFileManager<StandardJavaFileManager> {
        Nowhere() {
            super(FILES);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mem:///" + name), kind) {
                @Override
                public java.io.OutputStream openOutputStream() {
                    return java.io.OutputStream.nullOutputStream();
                }
            };
        }

        @Override
        public void close() {
            // FILES stays open for the next one.
        }
    }
}
