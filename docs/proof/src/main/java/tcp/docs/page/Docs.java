package tcp.docs.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import tcp.testkit.source.Steps;

/**
 * The pages that are proven, and the sources they speak of.
 *
 * @param root the repository
 * @param pages the pages by their paths, as seen from the root: README.md, and all below
 *     docs and workshop
 */
public record Docs(Path root, Map<String, Page> pages) {
    private static final Set<String> NOT_SOURCES = Set.of("target", "node_modules");
    private static final Set<String> NOT_PAGES = Set.of("docs/site", "docs/proof", "workshop/mine");

    /** The docs of this repository, or of the one that the property docs.repository names. */
    public static Docs read() {
        String root = System.getProperty("docs.repository");
        return read(
                root == null ? Steps.project() : Path.of(root).toAbsolutePath().normalize());
    }

    public static Docs read(Path root) {
        Map<String, Page> pages = new TreeMap<>();
        walk(root, (name, file) -> {
            if (name.equals("README.md") || name.matches("(docs|workshop)/.*\\.md")) {
                pages.put(name, new Page(name, Files.readString(file)));
            }
        });
        pages.keySet().removeIf(name -> NOT_PAGES.stream().anyMatch(folder -> name.startsWith(folder + "/")));
        return new Docs(root, pages);
    }

    /** The same docs with one page changed or added; null takes it away. */
    public Docs with(String name, String text) {
        Map<String, Page> changed = new TreeMap<>(pages);
        if (text == null) {
            changed.remove(name);
        } else {
            changed.put(name, new Page(name, text));
        }
        return new Docs(root, changed);
    }

    /** The path of a step's chapter. */
    public static String chapter(Steps step) {
        return "docs/" + step.folder + ".md";
    }

    /** The step that a page is the chapter of, or null. */
    public static Steps step(String page) {
        return Stream.of(Steps.values())
                .filter(step -> chapter(step).equals(page))
                .findFirst()
                .orElse(null);
    }

    /** All fenced blocks of a language, in the order of the pages. */
    public Stream<Block> blocks(String language) {
        return pages.values().stream().flatMap(page -> page.blocks.stream()).filter(block -> block.language()
                .equals(language));
    }

    /** The path of a step's source, as seen from the root. */
    public static String sourceName(Steps step) {
        return step.folder + "/src/main/java/tcp/Server.java";
    }

    /** The lines of a step's source; none for null, the step before the first one. */
    public List<String> source(Steps step) {
        return step == null ? List.of() : lines(sourceName(step));
    }

    /** The lines of a file of the repository. */
    public List<String> lines(String file) {
        try {
            return Files.readAllLines(root.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies what the commands of the pages use: the steps' sources, docs/try and docs/broken. */
    public void copy(Path to) {
        walk(root, (name, file) -> {
            if (name.matches("step[^/]*/src/main/.*|docs/(try|broken)/.*|workshop/exercises/[^/]*/solution/.*")) {
                Path copy = to.resolve(name);
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        });
    }

    /** Something to do with a file; its name is its path as seen from the root, with slashes. */
    @FunctionalInterface
    public interface FileAction {
        void accept(String name, Path file) throws IOException;
    }

    /** Does something with each file of a repository, but not with what was built. */
    public static void walk(Path root, FileAction action) {
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    String name = folder.getFileName().toString();
                    return !folder.equals(root) && (name.startsWith(".") || NOT_SOURCES.contains(name))
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    action.accept(root.relativize(file).toString().replace('\\', '/'), file);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes new lines into a block. */
    public Problem.Edit edit(Block block, List<String> lines) {
        return new Problem.Edit(
                root.resolve(block.page()), text -> new Page(block.page(), text).with(block.index(), lines));
    }
}
