package docs;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Text;

/**
 * What a page points to: links and anchors resolve, files and Java names in backticks
 * exist.
 */
final class References {
    /** A file or folder: it has a / or an ending that we use. */
    private static final Pattern FILE =
            Pattern.compile("(?:[\\w.-]+/)+[\\w.-]*" + "|[\\w-]+\\.(?:java|md|patch|jar|xml|sh|cmd)");
    /** What only somebody who builds or types has. */
    private static final Pattern MADE =
            Pattern.compile("(?:.*/)?target(?:/.*)?|(?:\\./)?my" + "(?:/.*)?|/.*|text/html|and/or|I/O");

    private static final Pattern CALL = Pattern.compile("(?:(\\w+)\\.)?([A-Za-z_]\\w*)\\((.*)\\)", Pattern.DOTALL);
    private static final Pattern CAMEL = Pattern.compile("(?:[a-z]+[A-Z]|[A-Z][a-z]+[A-Z]?)\\w*");
    private static final Pattern CONSTANT = Pattern.compile("[A-Z]{2,}_[A-Z0-9_]+");
    private static final Set<String> COMMANDS =
            Set.of("java", "cd", "cp", "bash", "sh", "cat", "diff", "javac", "git", "./mvnw", "mvnw", "less");

    private final Docs docs;
    private final Names names;
    private final Page page;
    private final List<Problem> problems = new ArrayList<>();

    private References(Docs docs, Names names, Page page) {
        this.docs = docs;
        this.names = names;
        this.page = page;
    }

    static List<Problem> check(Docs docs, Names names, Page page) {
        References references = new References(docs, names, page);
        page.document.accept(references.new Visitor());
        for (Block block : page.blocks) {
            if (block.language().equals("console")) {
                for (Command command : Command.of(block)) {
                    if (!block.title().startsWith("shell")) {
                        references.checkCommand(block.line() + 1 + command.line(), command.text());
                    }
                }
            }
        }
        if (Docs.step(page.name) != null) {
            references.checkChapter();
        }
        return references.problems;
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

    private void add(int line, String what, String todo) {
        problems.add(page.problem(line, what, todo));
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
        Path file = parts[0].isEmpty()
                ? docs.root().resolve("docs").resolve(page.name)
                : docs.root().resolve("docs").resolve(URI.create(parts[0]).getPath());
        Page target = parts[0].isEmpty() ? page : docs.pages().get(parts[0]);
        if (target == null && (!Files.exists(file) || parts[0].matches("[^/]+\\.md"))) {
            add(line, "there is no " + parts[0], "link to a file that is there," + " as seen from the docs folder");
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
                            && code.matches("[\\w.,() <>\\[\\]=&|!" + "*/+?:;-]*")
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
        if (!names.knows(name)) {
            add(
                    line,
                    "`" + name + "` is neither in our sources nor in the JDK",
                    "write it as it is there now; a name of Rust or of the system goes"
                            + " into docs/proof/src/test/resources/foreign-names.txt");
        }
    }

    private void checkFile(int line, String name) {
        String file = name.replaceFirst("^\\./", "");
        if (MADE.matcher(file).matches() || file.matches("\\d+/\\d+|\\w+/\\d.*") || file.equals("Server.java")) {
            return;
        }
        boolean there = Files.exists(docs.root().resolve(file))
                || Files.exists(docs.root().resolve("docs").resolve(file))
                || Docs.STEPS.stream()
                        .anyMatch(step -> Files.exists(docs.root().resolve(step).resolve(file)));
        if (!there) {
            add(
                    line,
                    "there is no file " + name,
                    "name one that is there, as seen from the" + " root folder of the repository");
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
                : !names.knows(name) && !name.contains("*")) {
            add(line, "there is no " + (module ? "module " : "test ") + name, "name one that is there");
        }
    }

    /** A chapter links its source and its neighbours, and is not too long. */
    private void checkChapter() {
        String step = Docs.step(page.name);
        List<String> links = new ArrayList<>();
        page.document.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                links.add(link.getDestination().split("#")[0]);
            }
        });
        List<String> wanted = new ArrayList<>(List.of("../" + Docs.sourceName(step), "glossary.md"));
        int i = Docs.STEPS.indexOf(step);
        for (int neighbour : new int[] {i - 1, i + 1}) {
            if (neighbour >= 0 && neighbour < Docs.STEPS.size()) {
                wanted.add(Docs.STEPS.get(neighbour) + ".md");
            }
        }
        for (String link : wanted) {
            if (links.stream().noneMatch(l -> l.replaceFirst("^\\./", "").equals(link))) {
                add(1, "this chapter has no link to " + link, "add one");
            }
        }
        String prose = page.text.replaceAll("(?ms)^ *```.*?^ *```", "");
        long words = prose.split("\\s+").length;
        if (words > 2500) {
            add(1, "this chapter has " + words + " words", "a chapter has at most 2,500");
        }
    }
}
