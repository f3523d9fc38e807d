package tcp.docs.links;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.docs.page.Docs;
import tcp.docs.page.Page;
import tcp.docs.page.Problem;

/** What the pages point to is there: pages, headings, files, modules, Java names. */
class LinksTest {
    private static final Docs DOCS = Docs.read();
    private static final LinkCheck CHECK = new LinkCheck(DOCS);

    static Stream<Page> pages() {
        return DOCS.pages().values().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void leadSomewhere(Page page) {
        Problem.assertNone(CHECK.check(page));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[x](no-such-page.md)",
                "[x](step2-discard.md#no-such-heading)",
                "[x](../step1-init/none.java)",
                "[x](#none)",
                "[x][none]",
                "`Server.endRequest()`",
                "`interestOpps`",
                "`OP_WRTE`",
                "`step1-init/src/main/java/Server.java`",
                "`java step1-init/Server.java`",
                "`./mvnw -pl step6-tls verify`",
                "`none.patch`",
                "a <T> here",
                "{{ x }}",
                "%%NUMBER%%",
                "<script>",
                "[x](https://no)",
                "`./mvnw -Dtest=NoSuchTest verify`",
                "`ServerSocketChanel`"
            })
    void findNothing(String text) {
        assertThat(references(text)).singleElement().asString().startsWith("docs/README.md:3: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[x](step2-discard.md)",
                "[x](#title)",
                "[x](https://a.org/b#c)",
                "[x](../step1-init/src/main/java/tcp/Server.java)",
                "`key.interestOps(0)`",
                "`Server.close()`",
                "`OP_WRITE`",
                "`epoll_ctl`",
                "`ServerSocketChannel`",
                "`java step1-init/src/main/java/tcp/Server.java 9000`",
                "`./mvnw -pl docs/proof verify`",
                "`text/html`",
                "`Poll::poll()`",
                "`BlocksTest`",
                "<details><summary>x</summary>",
                "`./mvnw -pl docs/proof -am verify -Dtest=BlocksTest`",
                "`\"no such thing\"`"
            })
    void findWhatIsThere(String text) {
        assertThat(references(text)).isEmpty();
    }

    private static List<Problem> references(String text) {
        return CHECK.check(new Page("docs/README.md", "# Title\n\n" + text + "\n"));
    }

    @Test
    void leadFromAChapterToItsNeighbours() {
        assertThat(CHECK.check(new Page("docs/step2-discard.md", "# Title\n\n" + "word ".repeat(2501))))
                .extracting(Problem::what)
                .hasSize(5)
                .anyMatch(what -> what.contains("step1-init.md"))
                .anyMatch(what -> what.contains("words"));
    }
}
