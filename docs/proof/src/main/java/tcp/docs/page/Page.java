package tcp.docs.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/** One Markdown file, parsed. */
public final class Page {
    private static final Parser PARSER = Parser.builder()
            .includeSourceSpans(IncludeSourceSpans.BLOCKS_AND_INLINES)
            .build();

    /** Its path, as seen from the root of the repository: docs/step1-init.md. */
    public final String name;

    public final String text;
    public final Node document;
    /** The code blocks, in reading order. */
    public final List<Block> blocks = new ArrayList<>();
    /** The headings, in reading order. */
    public final List<Title> titles = new ArrayList<>();

    /**
     * A heading.
     *
     * @param line   from 1
     * @param level  1 for the page's own
     * @param text   as it is read
     * @param anchor what a link to it has behind the #
     */
    public record Title(int line, int level, String text, String anchor) {}

    public Page(String name, String text) {
        this.name = name;
        this.text = text;
        document = PARSER.parse(text);
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(FencedCodeBlock code) {
                add(code, code.getInfo().strip(), code.getLiteral());
            }

            @Override
            public void visit(IndentedCodeBlock code) {
                add(code, "", code.getLiteral());
            }

            private void add(Node code, String info, String content) {
                blocks.add(new Block(
                        name, blocks.size(), line(code), info, content.lines().toList()));
            }

            @Override
            public void visit(Heading heading) {
                String text = plain(heading);
                String anchor = text.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-');
                long before = titles.stream()
                        .filter(title ->
                                title.anchor().equals(anchor) || title.anchor().matches(anchor + "-\\d+"))
                        .count();
                titles.add(new Title(
                        line(heading), heading.getLevel(), text, before == 0 ? anchor : anchor + "-" + before));
            }
        });
    }

    /** Its text with new lines in one of its fenced blocks. */
    public String with(int block, List<String> content) {
        Block old = blocks.get(block);
        List<String> lines = new ArrayList<>(text.lines().toList());
        lines.subList(old.line(), old.line() + old.lines().size()).clear();
        lines.addAll(old.line(), content);
        return String.join("\n", lines) + "\n";
    }

    /** The line where a node begins, from 1. */
    public static int line(Node node) {
        for (Node at = node; at != null; at = at.getParent()) {
            if (!at.getSourceSpans().isEmpty()) {
                return at.getSourceSpans().get(0).getLineIndex() + 1;
            }
        }
        return 1;
    }

    /** The text of a node without its marks. */
    public static String plain(Node node) {
        StringBuilder plain = new StringBuilder();
        node.accept(new AbstractVisitor() {
            @Override
            public void visit(Text text) {
                plain.append(text.getLiteral());
            }

            @Override
            public void visit(Code code) {
                plain.append(code.getLiteral());
            }

            @Override
            public void visit(SoftLineBreak end) {
                plain.append(' ');
            }
        });
        return plain.toString();
    }

    public Problem problem(int line, String what, String fix) {
        return new Problem(name + ":" + line, what, fix);
    }
}
