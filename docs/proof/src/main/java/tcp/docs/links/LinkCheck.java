package tcp.docs.links;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Page;
import tcp.docs.page.Problem;
import tcp.testkit.source.Steps;

/**
 * What a page points to: links and anchors resolve, files and Java names in backticks
 * exist.
 */
final class LinkCheck {
    /** A file or folder: it has a / or an ending that we use. */
    private static final Pattern FILE =
            Pattern.compile("(?:[\\w.-]+/)+[\\w.-]*|[\\w-]+\\.(?:java|md|patch|jar|xml|sh|cmd)");
    /** Paths that exist only after a build, or once somebody has typed along. */
    private static final Pattern BUILT_PATHS = Pattern.compile(
            "(?:.*/)?(?:target|node_modules)(?:/.*)?|(?:\\./)?my(?:/.*)?|workshop/mine(?:/.*)?|/.*|text/html|and/or|I/O");

    private static final Pattern CALL = Pattern.compile("(?:(\\w+)\\.)?([A-Za-z_]\\w*)\\((.*)\\)", Pattern.DOTALL);
    private static final Pattern CAMEL = Pattern.compile("(?:[a-z]+[A-Z]|[A-Z][a-z]+[A-Z]?)\\w*");
    private static final Pattern CONSTANT = Pattern.compile("[A-Z]{2,}_[A-Z0-9_]+");
    private static final Set<String> COMMANDS =
            Set.of("java", "cd", "cp", "bash", "sh", "cat", "diff", "javac", "git", "./mvnw", "mvnw", "less");

    private final Docs docs;
    private final KnownIdentifiers names;
    private final Page page;
    private final List<Problem> problems = new ArrayList<>();

    private LinkCheck(Docs docs, KnownIdentifiers names, Page page) {
        this.docs = docs;
        this.names = names;
        this.page = page;
    }

    static List<Problem> check(Docs docs, KnownIdentifiers names, Page page) {
        LinkCheck links = new LinkCheck(docs, names, page);
        page.document.accept(links.new Visitor());
        for (Block block : page.blocks) {
            if (block.language().equals("console")) {
                for (Command command : Command.of(block)) {
                    if (!block.title().startsWith("shell")) {
                        links.checkCommand(block.line() + 1 + command.line(), command.text());
                    }
                }
            }
        }
        if (Docs.step(page.name) != null) {
            links.checkChapter(Docs.step(page.name));
        }
        return links.problems;
    }

    private final class Visitor extends AbstractVisitor {
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
    }

    private void add(int line, String what, String fix) {
        problems.add(page.problem(line, what, fix));
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
        String name = parts[0].isEmpty()
                ? page.name
                : Path.of("/", page.name)
                        .resolveSibling(URI.create(parts[0]).getPath())
                        .normalize()
                        .toString()
                        .replace('\\', '/')
                        .substring(1);
        Page target = name.equals(page.name) ? page : docs.pages().get(name);
        if (target == null && !Files.exists(docs.root().resolve(name))) {
            add(line, "there is no " + name, "link to a file that is there, as seen from the page's folder");
        } else if (parts.length == 2
                && target != null
                && target.titles.stream().noneMatch(title -> title.anchor().equals(parts[1]))) {
            add(
                    line,
                    parts[0] + " has no heading for #" + parts[1],
                    "its headings are "
                            + target.titles.stream()
                                    .map(title -> "#" + title.anchor())
                                    .toList());
        }
    }

    private void checkCode(int line, String code) {
        if (code.contains("::") || code.contains("!(") || code.contains("#[")) {
            return; // Rust
        }
        if (COMMANDS.contains(code.split(" ")[0]) && code.contains(" ")) {
            checkCommand(line, code);
            return;
        }
        if (FILE.matcher(code).matches()) {
            checkFile(line, code);
            return;
        }
        Matcher call = CALL.matcher(code);
        if (call.matches()) {
            checkName(line, call.group(2));
            String owner = call.group(1);
            if (owner != null && CAMEL.matcher(owner).matches()) {
                checkName(line, owner);
            }
            code = call.group(3); // and what is in its parentheses
        }
        Matcher word = Pattern.compile("(?<![\\w\"'\\\\%/-])[A-Za-z_]\\w*(?![\\w\"'/:-])")
                .matcher(code.replaceAll("\"[^\"]*\"", ""));
        while (word.find()) {
            if (CAMEL.matcher(word.group()).matches()
                            && code.matches("[\\w.,() <>\\[\\]=&|!*/+?:;-]*")
                            && looksLikeJava(word.group())
                    || CONSTANT.matcher(word.group()).matches()) {
                checkName(line, word.group());
            }
        }
    }

    /** camelCase, or a type's name of two words; one word alone is often a plain one. */
    private static boolean looksLikeJava(String word) {
        return word.matches("[a-z]+\\w*[A-Z]\\w*|[A-Z][a-z]+[A-Z]\\w*");
    }

    private void checkName(int line, String name) {
        if (!names.contain(name)) {
            add(
                    line,
                    "`" + name + "` is neither in our sources nor in the JDK",
                    "write it as it is there now; a name of Rust or of the system goes"
                            + " into docs/proof/src/main/resources/foreign-names.txt");
        }
    }

    private void checkFile(int line, String name) {
        String file = name.replaceFirst("^\\./", "");
        if (BUILT_PATHS.matcher(file).matches()
                || file.matches("\\d+/\\d+|\\w+/\\d.*|[\\w.-]+/")
                || file.equals("Server.java")) {
            return;
        }
        List<String> folders = new ArrayList<>(List.of(".", "docs", page.name.replaceFirst("[^/]*$", ".")));
        Stream.of(Steps.values()).forEach(step -> folders.add(step.folder));
        if (folders.stream()
                .noneMatch(folder -> Files.exists(docs.root().resolve(folder).resolve(file)))) {
            add(line, "there is no file " + name, "name one that is there, as seen from the root of the repository");
        }
    }

    /** A command names files, modules and tests that exist. */
    private void checkCommand(int line, String command) {
        boolean module = false;
        for (String word : command.split("[\\s;|&<>()\"']+")) {
            if (module || word.startsWith("-Dtest=")) {
                for (String name : word.replaceFirst("-Dtest=", "").split(",")) {
                    checkModule(line, module, name.split("#")[0]);
                }
            } else if (!word.startsWith("-")
                    && !word.contains("$")
                    && !word.contains(":")
                    && FILE.matcher(word).matches()) {
                checkFile(line, word);
            }
            module = word.equals("-pl");
        }
    }

    private void checkModule(int line, boolean module, String name) {
        if (module
                ? !Files.exists(docs.root().resolve(name).resolve("pom.xml"))
                : !names.contain(name) && !name.contains("*")) {
            add(line, "there is no " + (module ? "module " : "test ") + name, "name one that is there");
        }
    }

    /** A chapter links its source and its neighbours, and is not too long. */
    private void checkChapter(Steps step) {
        List<String> links = new ArrayList<>();
        page.document.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                links.add(link.getDestination().split("#")[0].replaceFirst("^\\./", ""));
            }
        });
        List<String> wanted = new ArrayList<>(List.of("../" + Docs.sourceName(step), "glossary.md"));
        Stream.of(Steps.values())
                .filter(other -> Math.abs(other.number() - step.number()) == 1)
                .forEach(neighbour -> wanted.add(neighbour.folder + ".md"));
        wanted.removeAll(links);
        wanted.forEach(link -> add(1, "this chapter has no link to " + link, "add one"));
        String prose = page.text.replaceAll("(?ms)^ *```.*?^ *```", "");
        long words = prose.split("\\s+").length;
        if (words > 2500) {
            add(1, "this chapter has " + words + " words", "a chapter has at most 2,500");
        }
    }
}
