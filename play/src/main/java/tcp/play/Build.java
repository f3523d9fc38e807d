package tcp.play;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.teavm.backend.javascript.JSModuleType;
import org.teavm.diagnostics.Problem;
import org.teavm.tooling.TeaVMTargetType;
import org.teavm.tooling.TeaVMTool;
import org.teavm.vm.TeaVMOptimizationLevel;
import tcp.simulation.Network;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.source.Steps;

/** Makes a JavaScript module of each server that the pages show, and an index of them. */
public final class Build {
    private static final int MOST_BYTES = 26 * 1024; // gzipped; the site's build makes 25 kB of it
    private static final Path CLASSES = Path.of("target", "play");
    private static final Map<String, String> IN_A_PAGE =
            Map.of("tcp/simulation/Handover", "tcp/play/Handover", "tcp/play/Page$Server", "tcp/Server");

    private Build() {}

    /** Build FOLDER [NAME...]: the folder where they go, and which; all if none is named. Exit status 1: it failed. */
    public static void main(String[] args) throws Exception {
        Path target = Path.of(args[0]);
        Files.createDirectories(target);
        try (Stream<Path> old = Files.list(target)) {
            for (Path file : old.filter(it -> args.length == 1).toList()) {
                Files.delete(file);
            }
        }
        List<Servers> servers = new ArrayList<>(Servers.all(Steps.project()));
        servers.removeIf(server -> args.length > 1 && !List.of(args).contains(server.name()));
        Path shared = CLASSES.resolve("shared"); // all that is no server's
        write(shared, Page.class, "tcp/play");
        write(shared, Network.class, "tcp/simulation");
        List<String> problems = servers.stream() // in parallel TeaVM would close jar files that another thread reads
                .flatMap(server -> {
                    try {
                        return compile(server, shared, target).stream();
                    } catch (Exception e) {
                        throw new IllegalStateException(server.name() + ": " + e, e);
                    }
                })
                .toList();
        String index =
                servers.stream().map(Servers::json).collect(Collectors.joining(",\n", "{\"servers\":[\n", "\n]}\n"));
        Files.writeString(target.resolve("index.json"), index);
        problems.forEach(System.err::println);
        System.exit(problems.isEmpty() ? 0 : 1);
    }

    /** The class files of a server that tells of its lines. */
    static Map<String, byte[]> classes(String source) {
        SourceCompiler.Compilation compiled = SourceCompiler.compile(source, List.of("-g", "--release", "17"));
        if (!compiled.succeeded()) {
            throw new IllegalArgumentException("It does not compile: " + compiled.remarks());
        }
        List<String> lines = source.lines().toList();
        Set<Integer> silent = IntStream.rangeClosed(1, lines.size())
                .filter(i -> lines.get(i - 1).strip().equals("}"))
                .boxed()
                .collect(Collectors.toSet());
        Map<String, byte[]> told = new HashMap<>();
        compiled.classes()
                .forEach((name, classFile) -> told.put(
                        name,
                        Instrumentation.told(
                                classFile, silent, compiled.classes().keySet())));
        return told;
    }

    private static List<String> compile(Servers server, Path shared, Path target) throws Exception {
        Path folder = CLASSES.resolve(server.name());
        for (var file : classes(server.source()).entrySet()) {
            write(folder, file.getKey().replace('.', '/') + ".class", file.getValue());
        }
        List<String> problems = new ArrayList<>();
        String name = server.name() + ".js";
        TeaVMTool tool = new TeaVMTool();
        tool.setTargetType(TeaVMTargetType.JAVASCRIPT);
        tool.setJsModuleType(JSModuleType.ES2015);
        tool.setMainClass(Page.class.getName());
        tool.setTargetDirectory(target.toFile());
        tool.setTargetFileName(name);
        tool.setObfuscated(true);
        tool.setOptimizationLevel(TeaVMOptimizationLevel.ADVANCED);
        tool.setStrict(false); // a server's own checks are in its class files: see Instrumentation
        try (URLClassLoader loader = new OwnFirst(folder, shared)) {
            tool.setClassLoader(loader);
            tool.generate();
            for (Problem problem : tool.getProblemProvider().getProblems()) {
                problems.add("%s: %s %s at %s"
                        .formatted(name, problem.getText(), List.of(problem.getParams()), problem.getLocation()));
            }
        }
        int size = gzipped(Files.readAllBytes(target.resolve(name)));
        if (size > MOST_BYTES) {
            problems.add("%s has %,d bytes gzipped, and may have %,d".formatted(name, size, MOST_BYTES));
        }
        return problems;
    }

    /** Has the changed class files, and all others of the class path. */
    private static final class OwnFirst extends URLClassLoader {
        OwnFirst(Path... folders) {
            super(Stream.of(folders).map(OwnFirst::url).toArray(URL[]::new), Build.class.getClassLoader());
        }

        private static URL url(Path folder) {
            try {
                return folder.toUri().toURL();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public URL getResource(String name) {
            URL own = findResource(name);
            return own != null ? own : super.getResource(name);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            URL own = findResource(name);
            return own != null ? Collections.enumeration(List.of(own)) : super.getResources(name);
        }
    }

    /** Writes the class files of a package as a page needs them; the package is where that class is. */
    private static void write(Path folder, Class<?> from, String name) throws Exception {
        URI place = from.getProtectionDomain().getCodeSource().getLocation().toURI();
        if (Files.isDirectory(Path.of(place))) {
            write(folder, Path.of(place), name);
        } else {
            try (var jar = FileSystems.newFileSystem(Path.of(place))) {
                write(folder, jar.getPath("/"), name);
            }
        }
    }

    private static void write(Path folder, Path root, String name) throws IOException {
        try (Stream<Path> all = Files.walk(root.resolve(name))) {
            for (Path file : all.filter(it -> it.toString().endsWith(".class")).toList()) {
                write(folder, root.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
    }

    private static void write(Path folder, String name, byte[] classFile) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, Instrumentation.singleThreaded(classFile, IN_A_PAGE));
    }

    private static int gzipped(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.size();
    }
}
