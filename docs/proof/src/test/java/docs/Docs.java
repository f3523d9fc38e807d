package docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The pages of the docs folder, and the sources that they speak of.
 *
 * @param root  the repository
 * @param pages every Markdown file of the docs folder, by its name
 */
record Docs(Path root, Map<String, Page> pages) {
    /** The steps, each a folder and a chapter of the same name. */
    static final List<String> STEPS = List.of("step1-init", "step2-discard", "step3-read", "step4-write", "step5-http");

    private static final Set<String> NOT_SOURCES = Set.of("target", "node_modules");

    /** The docs of this repository. */
    static Docs read() {
        String root = System.getProperty("docs.repository");
        return read((root == null ? Path.of("../..") : Path.of(root))
                .toAbsolutePath()
                .normalize());
    }

    static Docs read(Path root) {
        try (Stream<Path> files = Files.list(root.resolve("docs"))) {
            Map<String, Page> pages = new TreeMap<>();
            for (Path file : files.filter(f -> f.toString().endsWith(".md")).toList()) {
                String name = file.getFileName().toString();
                pages.put(name, new Page(name, Files.readString(file)));
            }
            return new Docs(root, pages);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same docs, but for one page; null takes it away. */
    Docs with(String name, String text) {
        Map<String, Page> changed = new TreeMap<>(pages);
        if (text == null) {
            changed.remove(name);
        } else {
            changed.put(name, new Page(name, text));
        }
        return new Docs(root, changed);
    }

    /** The chapters that are there, in reading order. */
    List<Page> chapters() {
        return STEPS.stream()
                .map(step -> pages.get(step + ".md"))
                .filter(page -> page != null)
                .toList();
    }

    /** The step that a page is the chapter of, or null. */
    static String step(String page) {
        String name = page.replaceFirst("\\.md$", "");
        return STEPS.contains(name) ? name : null;
    }

    /** The step before this one, or null. */
    static String before(String step) {
        int i = STEPS.indexOf(step);
        return i <= 0 ? null : STEPS.get(i - 1);
    }

    static String sourceName(String step) {
        return step + "/src/main/java/tcp/Server.java";
    }

    List<String> source(String step) {
        return lines(sourceName(step));
    }

    /** The lines of a file of the repository. */
    List<String> lines(String file) {
        try {
            return Files.readAllLines(root.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies what is in the repository, and nothing that was built. */
    void copy(Path to) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                String name = folder.getFileName().toString();
                if (!folder.equals(root) && (name.startsWith(".") || NOT_SOURCES.contains(name))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(root.relativize(folder).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(root.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static void delete(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            files.forEach(file -> all.add(0, file));
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
