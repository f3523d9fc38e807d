package docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The proof finds what it is there to find: each mistake made here on purpose fails it.
 */
class ProofTest {
    private static final Docs DOCS = Docs.read();
    private static final String STEP1 = "step1-init";
    private static final String STEP2 = "step2-discard";

    static List<String> steps() {
        return Docs.STEPS;
    }

    /** One small change in any source, and the chapter before or behind it is wrong. */
    @ParameterizedTest
    @MethodSource("steps")
    void aChangedSourceLine(String step, @TempDir Path copy) throws Exception {
        DOCS.copy(copy);
        Path source = copy.resolve(Docs.sourceName(step));
        String text = Files.readString(source);
        assertThat(text).contains("selector.wakeup();");
        Files.writeString(source, text.replace("selector.wakeup();", "selector.wakeup( );"));
        Docs changed = Docs.read(copy);
        assertThat(Typing.check(changed, step, false)).singleElement().satisfies(problem -> {
            assertThat(problem.place()).startsWith("docs/" + step + ".md:");
            assertThat(problem.what()).contains(Docs.sourceName(step) + ":").contains("selector.wakeup( );");
        });
    }

    /** Each line of each diff block counts. */
    @ParameterizedTest
    @MethodSource("steps")
    void aChangedLineOfABlock(String step) {
        for (Block block : diffs(step)) {
            for (int i = 0; i < block.lines().size(); i++) {
                String line = block.lines().get(i);
                if (!line.equals("@@") && !line.isBlank()) {
                    List<String> lines = new ArrayList<>(block.lines());
                    lines.set(i, line + " ");
                    assertFails(step, block, lines);
                }
            }
        }
    }

    /** Each diff block counts. */
    @ParameterizedTest
    @MethodSource("steps")
    void aMissingBlock(String step) {
        for (Block block : diffs(step)) {
            assertFails(step, block, null);
        }
    }

    @ParameterizedTest
    @MethodSource("steps")
    void aMissingChapter(String step) {
        assertThat(Typing.check(DOCS.with(step + ".md", null), step, false))
                .singleElement()
                .asString()
                .contains("there is no such chapter");
    }

    private static List<Block> diffs(String step) {
        return DOCS.pages().get(step + ".md").blocks.stream()
                .filter(block -> block.language().equals("diff"))
                .toList();
    }

    private static void assertFails(String step, Block block, List<String> content) {
        List<String> page =
                new ArrayList<>(DOCS.pages().get(step + ".md").text.lines().toList());
        int from = block.line();
        int to = from + block.lines().size();
        if (content == null) {
            page.subList(from - 1, to + 1).clear(); // with its fences
        } else {
            page.subList(from, to).clear();
            page.addAll(from, content);
        }
        Docs changed = DOCS.with(step + ".md", String.join("\n", page));
        assertThat(Typing.check(changed, step, false))
                .as(block + " as " + content)
                .isNotEmpty()
                .allMatch(p -> p.place().startsWith("docs/" + step + ".md:"));
    }

    private static final String FIRST = """
            package tcp;

            class Server {
            }
            """;
    private static final String ONE = block(
            "diff lang=\"java\" title=\"Server.java#Server\"",
            "+" + FIRST.strip().replace("\n", "\n+"));
    private static final String TWO = block(
            "diff lang=\"java\" title=\"Server.java#two\"",
            " class Server {\n+    int two() {\n+        return 2;\n+    }\n+");
    private static final String THREE = block(
            "diff lang=\"java\" title=\"Server.java#three\"",
            "+    int three() {\n+        return two() + 1;\n+    }\n }");
    private static final String ALL = FIRST.replace("{\n", """
            {
                int two() {
                    return 2;
                }

                int three() {
                    return two() + 1;
                }
            """);

    private static String block(String info, String content) {
        return "```" + info + "\n" + content + "\n```\n\n";
    }

    /** A repository with a chapter 1 of its own, and no other. */
    private static Docs small(Path root, String... blocks) throws Exception {
        Path source = root.resolve(Docs.sourceName(STEP1));
        Files.createDirectories(source.getParent());
        Files.writeString(source, ALL);
        return new Docs(root, Map.of(STEP1 + ".md", new Page(STEP1 + ".md", String.join("", blocks))));
    }

    @Test
    void blocksThatAreRight(@TempDir Path root) throws Exception {
        assertThat(Typing.check(small(root, ONE, TWO, THREE), STEP1, true)).isEmpty();
    }

    /**
     * The result is the same, but in between a method is called that is not there yet.
     */
    @Test
    void twoBlocksSwapped(@TempDir Path root) throws Exception {
        Docs swapped = small(root, ONE, THREE, TWO);
        assertThat(Typing.check(swapped, STEP1, false)).isEmpty();
        assertThat(Typing.check(swapped, STEP1, true))
                .singleElement()
                .asString()
                .startsWith("docs/step1-init.md:8: after this block the file does not compile")
                .contains("return two() + 1;");
    }

    @Test
    void aBlockThatFitsTwoPlaces(@TempDir Path root) throws Exception {
        String twice = block("diff lang=\"java\" title=\"Server.java#x\"", "     }\n+    // x");
        assertThat(Typing.check(small(root, ONE, TWO, THREE, twice), STEP1, true))
                .singleElement()
                .asString()
                .contains("fit 2 places");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "' class Server {\n }'          | this changes nothing",
                "'-class Server {\n+class Server {\n+// x' | goes and comes back as it was",
                "'class Server {'               | a line of a diff block begins with 'c'",
                "' class Client {\n+// x'       | has no `class Client {` at this place"
            })
    void aBlockThatIsNoChange(String content, String problem, @TempDir Path root) throws Exception {
        String block = block("diff lang=\"java\" title=\"Server.java#x\"", content);
        List<Problem> problems = Typing.check(small(root, ONE, block), STEP1, true);
        assertThat(problems).isNotEmpty();
        assertThat(problems.get(0).toString()).contains(problem).startsWith("docs/step1-init.md:9: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''          | says not what it is",
                "bash                                         | of an unknown kind, bash",
                "rust                                         | of an unknown kind, rust",
                "diff                                         | without its title",
                "console                                      | console block titled \"\"",
                "console title=\"terminal\"                   | console block titled \"terminal\"",
                "java                                         | java block titled \"\"",
                "java title=\"Client.java#run\"               | java block titled \"Client.java",
                "java title=\"Server.java#run\"               | this line is not in step1-init"
            })
    void aBlockWithNoOrigin(String info, String problem) {
        Page page = new Page(STEP1 + ".md", "# Title\n\n" + block(info, "$ exit"));
        assertThat(Origins.check(DOCS, page.blocks.get(0)))
                .singleElement()
                .asString()
                .contains(problem)
                .startsWith("docs/step1-init.md:");
    }

    @Test
    void anIndentedBlock() {
        Page page = new Page(STEP1 + ".md", "# Title\n\n    System.exit(2);\n");
        assertThat(Origins.check(DOCS, page.blocks.get(0))).isNotEmpty();
    }

    @Test
    void blocksThatNothingProves() {
        Page page = new Page(STEP1 + ".md", block("text", "x").repeat(7));
        assertThat(Origins.checkPage(page)).hasSize(1);
    }

    private static List<Problem> session(String... blocks) throws Exception {
        Docs docs = DOCS.with(STEP2 + ".md", String.join("", blocks));
        List<Problem> problems = new ArrayList<>();
        for (Session session : Session.of(docs, docs.pages().get(STEP2 + ".md"), problems)) {
            Shell.assume(Shell.programs(session.commands()));
            problems.addAll(session.check(Duration.ofSeconds(1)));
        }
        return problems;
    }

    private static final String SERVER = block("console title=\"server\"", """
            $ java step2-discard/src/main/java/tcp/Server.java
            Listening on port 8080
            Got connection from /127.0.0.1:54321""");
    private static final String CLIENT = block("console title=\"client\"", """
            $ nc 127.0.0.1 8080 </dev/null; echo $?
            0""");

    @Test
    void transcriptsThatAreRight() throws Exception {
        assertThat(session(SERVER, CLIENT)).isEmpty();
    }

    /** A wrong line of the server, of the client, and one line too many. */
    @Test
    void wrongTranscripts() throws Exception {
        assertThat(session(SERVER.replace("Got", "Had"), CLIENT))
                .singleElement()
                .asString()
                .startsWith("docs/step2-discard.md:4: ")
                .contains("Got connection");
        assertThat(session(SERVER, CLIENT.replace("\n0", "\n1")))
                .singleElement()
                .asString()
                .startsWith("docs/step2-discard.md:9: ");
        assertThat(session(SERVER.replaceFirst("\nGot .*", ""), CLIENT)).hasSize(1);
        assertThat(session(SERVER)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "server broken/none.patch, there is no file docs/broken/none.patch",
        "client, a client block without a server"
    })
    void sessionsThatCannotBe(String title, String problem) throws Exception {
        assertThat(session(SERVER.replace("title=\"server", "title=\"" + title)))
                .singleElement()
                .asString()
                .contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from /127.0.0.1:54321 | from /127.0.0.1:40000",
                "it took 12 ms     | it took 3.5 ms",
                "real 0m0.017s | real 0m1.2s",
                "99%               | 45.5%",
                "0.3% | 12%",
                "<n> requests | 12,345 requests",
                "   <n> x          | 7 x"
            })
    void whatVariesIsNoDifference(String expected, String actual) {
        assertThat(Output.line(expected, actual)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from /127.0.0.1:54321 | from /127.0.0.2:54321",
                "Read 6 bytes      | Read 7 bytes",
                "99% | 3%",
                "0.3% | 97%",
                "<n> requests      | no requests",
                "hello | hello!"
            })
    void whatIsADifference(String expected, String actual) {
        assertThat(Output.line(expected, actual)).isFalse();
    }

    @Test
    void dotsStandForAnyLines() {
        List<String> expected = List.of("a", "...", "z");
        assertThat(Output.fits(expected, List.of("a", "z"))).isTrue();
        assertThat(Output.fits(expected, List.of("a", "b", "c", "z"))).isTrue();
        assertThat(Output.fits(expected, List.of("a", "b"))).isFalse();
        assertThat(Output.fits(expected, List.of("b", "z"))).isFalse();
    }

    @Test
    void aWrongKernelBlock() throws Exception {
        Trace.assume();
        List<String> lines = new ArrayList<>(Recording.of(DOCS, STEP1, "kernel").lines(STEP1));
        String page = STEP1 + ".md";
        assertThat(Kernels.check(DOCS, new Block(page, 10, "console title=\"kernel\"", lines)))
                .isEmpty();
        lines.set(4, lines.get(4).replace("EPOLLIN", "EPOLLIN|EPOLLET"));
        assertThat(Kernels.check(DOCS, new Block(page, 10, "console title=\"kernel\"", lines)))
                .singleElement()
                .asString()
                .startsWith("docs/step1-init.md:15: ");
        assertThat(Kernels.check(DOCS, new Block(page, 10, "console title=\"kernel x\"", lines)))
                .hasSize(1);
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
    void aReferenceToNothing(String text) {
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
                "`InitTest`",
                "<details><summary>x</summary>",
                "`./mvnw -pl step1-init -am verify -Dtest=InitTest`",
                "`\"no such thing\"`"
            })
    void aReferenceToSomething(String text) {
        assertThat(references(text)).isEmpty();
    }

    private static List<Problem> references(String text) {
        Docs docs = DOCS.with("README.md", "# Title\n\n" + text + "\n");
        return References.check(docs, new Names(docs), docs.pages().get("README.md"));
    }

    @Test
    void aChapterWithoutItsLinks() {
        Docs docs = DOCS.with(STEP2 + ".md", "# Title\n\n" + "word ".repeat(2501));
        assertThat(References.check(docs, new Names(docs), docs.pages().get(STEP2 + ".md")))
                .extracting(Problem::what)
                .hasSize(5)
                .anyMatch(what -> what.contains("step1-init.md"))
                .anyMatch(what -> what.contains("words"));
    }

    /**
     * What changes in one source, or in all of them, goes into the blocks that show it.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "selector.wakeup();|selector.wakeup(); // so that select() ends",
                "volatile boolean closed;|volatile boolean closed; // set by close()",
                "16 * 1024|8 * 1024",
                "Received |Got ",
                "import java.io.IOException;|import java.io.*;"
            })
    void blocksAreWrittenAnew(String change, @TempDir Path copy) throws Exception {
        DOCS.copy(copy);
        String[] words = change.split("\\|");
        boolean compile = change.startsWith("Received"); // it takes time
        for (String step : Docs.STEPS) {
            Path source = copy.resolve(Docs.sourceName(step));
            Files.writeString(source, Files.readString(source).replace(words[0], words[1]));
        }
        Docs changed = Docs.read(copy);
        assertThat(Docs.STEPS)
                .anyMatch(step -> !Typing.check(changed, step, false).isEmpty());
        List<Problem> byHand = new ArrayList<>();
        Docs mended = changed;
        for (var block : Rederived.of(changed, byHand).entrySet()) {
            String name = block.getKey().page();
            mended = mended.with(
                    name,
                    mended.pages()
                            .get(name)
                            .text
                            .replace(
                                    text(block.getKey().info(), block.getKey().lines()),
                                    text(block.getKey().info(), block.getValue())));
        }
        assertThat(byHand).isEmpty();
        for (String step : Docs.STEPS) {
            assertThat(Typing.check(mended, step, compile && step.startsWith("step4")))
                    .as(step)
                    .isEmpty();
        }
    }

    private static String text(String info, List<String> lines) {
        return "```" + info + "\n" + String.join("\n", lines) + "\n```";
    }

    @Test
    void anExcerptIsFoundAgain() {
        List<String> source = DOCS.source(STEP1);
        List<String> port = Excerpt.member(source, "port");
        assertThat(port).hasSize(3).first().asString().contains("public int port()");
        List<String> changed = new ArrayList<>(port);
        changed.set(1, "        return 8080;");
        assertThat(Excerpt.of(source, new Block(STEP1 + ".md", 1, "java title=\"Server.java#port\"", changed)))
                .isEqualTo(port);
        assertThat(Excerpt.of(
                        source, new Block(STEP1 + ".md", 1, "java title=\"Server.java#port\"", List.of("x", "y"))))
                .isEqualTo(port);
    }

    /** One update keeps the lines that fit, and what stands in them for what varies. */
    @Test
    void anOutputIsWrittenAnew() {
        Block block = new Block(
                STEP2 + ".md",
                1,
                "console title=\"client\"",
                Arrays.asList("$ x", "took 3 ms", "Read <n> bytes", "old"));
        assertThat(Command.of(block)
                        .get(0)
                        .update(List.of("took 4 ms", "Read 7 bytes", "new", "newer"), new ArrayList<>()))
                .containsExactly("took 3 ms", "Read <n> bytes", "new", "newer");
        Block dots = new Block(STEP2 + ".md", 1, "console title=\"client\"", Arrays.asList("$ x", "old", "...", "end"));
        List<Problem> byHand = new ArrayList<>();
        assertThat(Command.of(dots).get(0).update(List.of("new", "1", "2", "end"), byHand))
                .containsExactly("new", "...", "end");
        assertThat(byHand).isEmpty();
        assertThat(Command.of(dots).get(0).update(List.of("new", "1", "2"), byHand))
                .containsExactly("old", "...", "end");
        assertThat(byHand).hasSize(1);
    }
}
