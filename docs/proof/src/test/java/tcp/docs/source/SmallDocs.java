package tcp.docs.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tcp.docs.page.Docs;
import tcp.docs.page.Page;
import tcp.testkit.source.Steps;

/** A repository with two small steps and a chapter for each. */
final class SmallDocs {
    static final String STEP1 = "docs/step1-init.md";
    static final String STEP2 = "docs/step2-discard.md";

    static final String SOURCE1 = """
            package tcp;

            class Server {
                int two() {
                    return 2;
                }

                int three() {
                    return two() + 1;
                }
            }
            """;
    static final String SOURCE2 = SOURCE1.replace("two() + 1;", "2 + one();").replaceFirst("}\n\n", """
            }

                int one() {
                    return 1;
                }

            """);

    static final String FIRST = diff("""
            +package tcp;
            +
            +class Server {
            +}
            """);
    static final String TWO = diff("""
             class Server {
            +    int two() {
            +        return 2;
            +    }
            +
            """);
    static final String THREE = diff("""
            +    int three() {
            +        return two() + 1;
            +    }
             }
            """);
    static final String ONE = diff("""
                     return 2;
                 }
            \s
            +    int one() {
            +        return 1;
            +    }
            +
                 int three() {
            @@
            -        return two() + 1;
            +        return 2 + one();
            """);

    private SmallDocs() {}

    static String diff(String lines) {
        return "```diff lang=\"java\" title=\"Server.java#Server\"\n" + lines + "```\n\n";
    }

    /** Its pages have these blocks. */
    static Docs of(Path root, String chapter1, String chapter2) throws IOException {
        write(root, Steps.INIT, SOURCE1);
        write(root, Steps.DISCARD, SOURCE2);
        return new Docs(root, Map.of(STEP1, new Page(STEP1, chapter1), STEP2, new Page(STEP2, chapter2)));
    }

    static Docs of(Path root) throws IOException {
        return of(root, FIRST + TWO + THREE, ONE);
    }

    static void write(Path root, Steps step, String source) throws IOException {
        Path file = root.resolve(Docs.sourceName(step));
        Files.createDirectories(file.getParent());
        Files.writeString(file, source);
    }
}
