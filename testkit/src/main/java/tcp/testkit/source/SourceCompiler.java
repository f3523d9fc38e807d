package tcp.testkit.source;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The JDK's compiler, on text in memory, for Java 17; classes come back in memory too. */
public final class SourceCompiler {
    /** Options as strict as the build's own. */
    public static final List<String> STRICT = List.of("-Xlint:all,-try", "-Werror");

    private SourceCompiler() {}

    /**
     * What the compiler made of a source.
     *
     * @param classes the bytes of each class, by its name; empty if there was an error
     * @param remarks what it says, errors and warnings, in the order of the source
     */
    public record Compilation(Map<String, byte[]> classes, List<Remark> remarks) {
        public boolean succeeded() {
            return !classes.isEmpty();
        }

        /** Writes the classes below a folder, as javac -d does. */
        public void writeTo(Path folder) throws IOException {
            for (var entry : classes.entrySet()) {
                Path file = folder.resolve(entry.getKey().replace('.', '/') + ".class");
                Files.createDirectories(file.getParent());
                Files.write(file, entry.getValue());
            }
        }

        /** Writes the classes into a jar. */
        public void writeJar(Path jar) throws IOException {
            try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
                for (var entry : classes.entrySet()) {
                    out.putNextEntry(new JarEntry(entry.getKey().replace('.', '/') + ".class"));
                    out.write(entry.getValue());
                }
            }
        }

        /** A class loader that has these classes, and asks its parent only for others. */
        public ClassLoader loader(ClassLoader parent) {
            return new ClassLoader(parent) {
                /** Class files too: the simulated network defines these classes anew from them. */
                @Override
                public InputStream getResourceAsStream(String name) {
                    byte[] bytes = classes.get(name.replace('/', '.').replaceFirst("\\.class$", ""));
                    return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
                }

                @Override
                protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                    synchronized (getClassLoadingLock(name)) {
                        byte[] bytes = classes.get(name);
                        Class<?> loaded = findLoadedClass(name);
                        return loaded != null
                                ? loaded
                                : bytes == null
                                        ? super.loadClass(name, resolve)
                                        : defineClass(name, bytes, 0, bytes.length);
                    }
                }
            };
        }
    }

    /**
     * One remark of the compiler's.
     *
     * @param error whether it is an error; else a warning or a note
     * @param file the source's path as it was given, or "" if it is about none
     * @param line its line, from 1, or -1
     * @param column its column, from 1, or -1
     * @param message in English, without the source line
     */
    public record Remark(boolean error, String file, long line, long column, String message) {}

    /** Compiles the text of a tcp/Server.java. */
    public static Compilation compile(String source, List<String> options) {
        return compile(Map.of("tcp/Server.java", source), options);
    }

    /**
     * Compiles sources that belong together.
     *
     * @param sources the text of each, by its path, such as tcp/Server.java
     * @param options more options of javac's, or none
     * @throws IllegalStateException if this Java has no compiler
     */
    public static Compilation compile(Map<String, String> sources, List<String> options) {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw new IllegalStateException("This Java has no compiler: install a JDK, not a JRE.");
        }
        List<String> all = new ArrayList<>(List.of("--release", "17", "-g", "-proc:none"));
        all.addAll(options);
        var collector = new DiagnosticCollector<JavaFileObject>();
        Map<String, byte[]> classes = new LinkedHashMap<>();
        var files = new InMemory(javac.getStandardFileManager(collector, Locale.ROOT, StandardCharsets.UTF_8), classes);
        boolean fine = javac.getTask(
                        null,
                        files,
                        collector,
                        all,
                        null,
                        sources.entrySet().stream()
                                .map(source -> new Source(source.getKey(), source.getValue()))
                                .toList())
                .call();
        List<Remark> remarks = collector.getDiagnostics().stream()
                .map(d -> new Remark(
                        d.getKind() == javax.tools.Diagnostic.Kind.ERROR,
                        d.getSource() instanceof Source source ? source.path : "",
                        d.getLineNumber(),
                        d.getColumnNumber(),
                        d.getMessage(Locale.ROOT)))
                .toList();
        return new Compilation(fine ? classes : Map.of(), remarks);
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String path;
        private final String text;

        Source(String path, String text) {
            super(URI.create("source:///" + path.replace(" ", "%20")), Kind.SOURCE);
            this.path = path;
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, byte[]> classes;

        InMemory(StandardJavaFileManager files, Map<String, byte[]> classes) {
            super(files);
            this.classes = classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            classes.put(name, toByteArray());
                        }
                    };
                }
            };
        }
    }
}
