package docs;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages point to is there: pages, headings, files, modules, Java names. */
class LinksTest {
    private static final Docs DOCS = Docs.read();
    private static final Names NAMES = new Names(DOCS);

    static Stream<String> pages() {
        return DOCS.pages().keySet().stream();
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("pages")
    void pointsToWhatIsThere(String page) {
        Problem.assertNone(References.check(DOCS, NAMES, DOCS.pages().get(page)));
    }
}
