package tcp.docs.links;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Text;
import tcp.docs.console.Command;
import tcp.docs.page.Docs;
import tcp.docs.page.Page;
import tcp.docs.page.Problem;
import tcp.testkit.source.Steps;

/** What a page points to: links and anchors resolve, files and Java names in backticks exist. */
final class LinkCheck {
    /** A file or folder: it has a / or an ending that we use. */
    private static final Pattern FILE =
            Pattern.compile("(?:[\\w.-]+/)+[\\w.-]*|[\\w-]+\\.(?:java|md|patch|jar|xml|sh|cmd)");
    /** Paths that exist only after a build or once somebody has typed along, and what only looks like a path. */
    private static final Pattern NO_FILE = Pattern.compile("(?:.*/)?(?:target|node_modules)(?:/.*)?|my(?:/.*)?"
            + "|workshop/mine(?:/.*)?|/.*|text/html|and/or|I/O|\\w+/\\d.*|[\\w.-]+/");

    private static final Set<String> COMMANDS =
            Set.of("java", "cd", "cp", "bash", "sh", "cat", "diff", "javac", "git", "./mvnw", "mvnw", "less");

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_]\\w*");
    /** A method with its parenthesis, camelCase, a type's name of two words, a constant. */
    private static final Pattern LOOKS_LIKE_JAVA = Pattern.compile("(?<![\\w'\\\\%/-])(?:[A-Za-z_]\\w*(?=\\()"
            + "|(?:[a-z]\\w*|[A-Z][a-z]+)[A-Z]\\w*|[A-Z]{2,}_[A-Z0-9_]+)(?![\\w'/:-])");

    private final Docs docs;
    private final Set<String> fileNames = new HashSet<>();
    private final Set<String> identifiers = new HashSet<>();

    /** Reads the Java names that a page may use: those of our sources, of the JDK, and a few others. */
    LinkCheck(Docs docs) {
        this.docs = docs;
        Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base");
        Docs.walk(docs.root(), (name, file) -> {
            fileNames.add(file.getFileName().toString());
            if (name.endsWith(".java")) {
                // The proof's tests have wrong names on purpose.
                addIdentifiers(name.startsWith("docs/proof/") ? name : Files.readString(file));
            }
        });
        try (Stream<Path> files = Stream.concat(Files.walk(base.resolve("java")), Files.walk(base.resolve("javax")));
                var foreign = LinkCheck.class.getResourceAsStream("foreign-names.txt")) {
            for (Path file : files.filter(file -> file.toString().matches("[^$]+\\.class"))
                    .toList()) {
                // As text, a class file has the names of its members, and of what it uses.
                addIdentifiers(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
            addIdentifiers(new String(foreign.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addIdentifiers(String text) {
        IDENTIFIER.matcher(text).results().map(MatchResult::group).forEach(identifiers::add);
    }

    List<Problem> check(Page page) {
        Visitor visitor = new Visitor(page);
        page.document.accept(visitor);
        page.blocks.stream()
                .filter(block ->
                        block.language().equals("console") && !block.title().startsWith("shell"))
                .flatMap(block -> Command.of(block).stream())
                .forEach(command -> visitor.checkCommand(command.block().line() + 1 + command.line(), command.text()));
        if (Docs.step(page.name) != null) {
            visitor.checkChapter(Docs.step(page.name));
        }
        return visitor.problems;
    }

    private final class Visitor extends AbstractVisitor {
        private final Page page;
        private final List<String> links = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();

        Visitor(Page page) {
            this.page = page;
        }

        private void add(int line, String what, String fix) {
            problems.add(page.problem(line, what, fix));
        }

        @Override
        public void visit(Link link) {
            checkLink(Page.line(link), link.getDestination());
            visitChildren(link);
        }

        @Override
        public void visit(Image image) {
            checkLink(Page.line(image), image.getDestination());
        }

        @Override
        public void visit(Code code) {
            checkCode(Page.line(code), code.getLiteral());
        }

        @Override
        public void visit(Text text) {
            Matcher mark = Pattern.compile("\\{\\{|%%|\\bTODO\\b").matcher(text.getLiteral());
            if (mark.find()) {
                add(Page.line(text), mark.group() + " in the prose", "write what should stand here");
            }
            Matcher broken =
                    Pattern.compile("\\[[^\\]]*\\]\\[[^\\]]*\\]|\\]\\(").matcher(text.getLiteral());
            if (broken.find()) {
                add(Page.line(text), "a link that is none: " + broken.group(), "write [words](file.md#anchor)");
            }
        }

        @Override
        public void visit(HtmlInline html) {
            checkHtml(Page.line(html), html.getLiteral());
        }

        @Override
        public void visit(HtmlBlock html) {
            checkHtml(Page.line(html), html.getLiteral());
        }

        private void checkHtml(int line, String html) {
            Matcher tag = Pattern.compile("</?([A-Za-z]\\w*)").matcher(html);
            while (tag.find()) {
                if (!Set.of("details", "summary").contains(tag.group(1))) {
                    add(line, "HTML: " + tag.group() + ">", "put it in backticks, or write it in Markdown");
                }
            }
        }

        private void checkLink(int line, String to) {
            if (to.matches("(https?|mailto):.*")) {
                if (!to.matches("https?://[\\w.-]+\\.\\w+(/\\S*)?(#\\S*)?")) {
                    add(line, to + " is no address", "write it whole");
                }
                return;
            }
            String[] parts = to.split("#", 2);
            URI here = URI.create("/" + page.name);
            String name = here.resolve(parts[0].isEmpty() ? here.getPath() : parts[0])
                    .getPath()
                    .substring(1);
            links.add(name);
            Page target = name.equals(page.name) ? page : docs.pages().get(name);
            if (target == null && !Files.exists(docs.root().resolve(name))) {
                add(line, "there is no " + name, "link to a file that is there, as seen from the page's folder");
            } else if (parts.length == 2 && target != null) {
                List<String> anchors =
                        target.titles.stream().map(Page.Title::anchor).toList();
                if (!anchors.contains(parts[1])) {
                    add(line, name + " has no heading for #" + parts[1], "its headings are " + anchors);
                }
            }
        }

        private void checkCode(int line, String code) {
            if (COMMANDS.contains(code.split(" ")[0]) && code.contains(" ")) {
                checkCommand(line, code);
            } else if (FILE.matcher(code).matches()) {
                checkFile(line, code);
            } else if (!code.matches(".*(::|!\\(|#\\[).*")) { // those are Rust
                Matcher name = LOOKS_LIKE_JAVA.matcher(code.replaceAll("\"[^\"]*\"", ""));
                while (name.find()) {
                    if (!identifiers.contains(name.group())) {
                        add(
                                line,
                                "`" + name.group() + "` is neither in our sources nor in the JDK",
                                "write it as it is there now; a name of Rust or of the system goes into"
                                        + " docs/proof/src/main/resources/tcp/docs/links/foreign-names.txt");
                    }
                }
            }
        }

        private void checkFile(int line, String name) {
            String file = name.replaceFirst("^\\./", "");
            List<String> folders = new ArrayList<>(List.of(".", "docs", page.name.replaceFirst("[^/]*$", ".")));
            Stream.of(Steps.values()).forEach(step -> folders.add(step.folder));
            if (!NO_FILE.matcher(file).matches()
                    && !fileNames.contains(file)
                    && folders.stream()
                            .noneMatch(folder ->
                                    Files.exists(docs.root().resolve(folder).resolve(file)))) {
                add(line, "there is no file " + name, "name one that is there, as seen from the project's folder");
            }
        }

        /** A command names files, modules and tests that exist. */
        private void checkCommand(int line, String command) {
            String before = "";
            for (String word : command.split("[\\s;|&<>()\"']+")) {
                if (before.equals("-pl")) {
                    for (String module : word.split(",")) {
                        checkFile(line, module + "/pom.xml");
                    }
                } else if (word.startsWith("-Dtest=")) {
                    for (String test : word.replaceFirst("-Dtest=", "").split(",")) {
                        if (!test.contains("*") && !identifiers.contains(test.split("#")[0])) {
                            add(line, "there is no test " + test, "name one that is there");
                        }
                    }
                } else if (!word.matches("-.*|.*[$:].*") && FILE.matcher(word).matches()) {
                    checkFile(line, word);
                }
                before = word;
            }
        }

        /** A chapter links its source and its neighbours, and is not too long. */
        private void checkChapter(Steps step) {
            List<String> wanted = new ArrayList<>(List.of(Docs.sourceName(step), "docs/glossary.md"));
            Stream.of(Steps.values())
                    .filter(other -> Math.abs(other.number() - step.number()) == 1)
                    .forEach(neighbour -> wanted.add(Docs.chapter(neighbour)));
            wanted.removeAll(links);
            wanted.forEach(link -> add(1, "this chapter has no link to " + link, "add one"));
            String read = page.text.replaceAll("(?ms)^ *```.*?^ *```|<!--.*?-->", ""); // nobody reads comments
            long words = Stream.of(read.split("\\s+"))
                    .filter(word -> word.matches(".*\\w.*"))
                    .count();
            if (words > 2500) {
                add(1, "this chapter has " + words + " words", "a chapter has at most 2,500");
            }
        }
    }
}
