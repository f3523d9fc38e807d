package docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/** One Markdown file, parsed. */
final class Page {
    private static final Parser PARSER = Parser.builder()
            .includeSourceSpans(IncludeSourceSpans.BLOCKS_AND_INLINES)
            .build();

    final String name;
    final String text;
    final Node document;
    /** The fenced blocks, in reading order. */
    final List<Block> blocks = new ArrayList<>();
    /** The headings, in reading order. */
    final List<Title> titles = new ArrayList<>();

    /**
     * A heading.
     *
     * @param line   from 1
     * @param level  1 for the page's own
     * @param text   as it is read
     * @param anchor what a link to it has behind the #
     */
    record Title(int line, int level, String text, String anchor) {}

    Page(String name, String text) {
        this.name = name;
        this.text = text;
        document = PARSER.parse(text);
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(FencedCodeBlock code) {
                blocks.add(new Block(
                        name,
                        line(code),
                        code.getInfo().strip(),
                        code.getLiteral().lines().toList()));
            }

            @Override
            public void visit(IndentedCodeBlock code) {
                blocks.add(new Block(
                        name, line(code), "", code.getLiteral().lines().toList()));
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

    /** The line where a node begins, from 1. */
    static int line(Node node) {
        for (Node at = node; at != null; at = at.getParent()) {
            if (!at.getSourceSpans().isEmpty()) {
                return at.getSourceSpans().get(0).getLineIndex() + 1;
            }
        }
        return 1;
    }

    /** The text of a node without its marks. */
    static String plain(Node node) {
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
            public void visit(org.commonmark.node.SoftLineBreak softLineBreak) {
                plain.append(' ');
            }
        });
        return plain.toString();
    }

    Problem problem(int line, String what, String todo) {
        return new Problem("docs/" + name + ":" + line, what, todo);
    }
}
