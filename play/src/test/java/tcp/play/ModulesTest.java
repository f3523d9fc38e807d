package tcp.play;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tcp.simulation.story.Exploration;
import tcp.simulation.story.Story;
import tcp.testkit.source.Steps;

/** The JavaScript of each server does what its class files do: the same trace, to the byte. Needs node. */
class ModulesTest {
    private static final Path MODULES = Steps.project().resolve("docs/site/public/play");
    private static final int STORIES = 460;
    private static final int MOST_EVENTS = 400;
    private static final String PLAY = """
            import { createHash } from 'node:crypto'
            import { readFileSync } from 'node:fs'
            const [module, most, stories, only] = process.argv.slice(2)
            const { play } = await import(module)
            const all = JSON.parse(readFileSync(stories, 'utf8'))
            if (only) console.log(play(all[only], Number(most), 0))
            else for (const story of all) console.log(createHash('sha256').update(play(story, Number(most), 0)).digest('hex'))
            """;
    private static final String HUNDRED = """
            const { play } = await import(process.argv[2])
            let story = 'A connects', known = 0, longest = 0
            for (let i = 0; i < 100; i++) {
              const times = [1, 2].map(() => { // twice, since the machine may have been busy
                const before = process.cpuUsage()
                const trace = JSON.parse(play(story, 20000, known))
                const { user, system } = process.cpuUsage(before)
                if (trace.error) throw new Error(trace.error)
                return [(user + system) / 1000, known + trace.events.length]
              })
              longest = i < 5 ? 0 : Math.max(longest, Math.min(times[0][0], times[1][0]))
              known = times[0][1]
              story += i % 5 < 4 ? `; ${String.fromCharCode(65 + i / 5)} sends "GET / HTTP/1.1\\\\r\\\\n\\\\r\\\\n"` : `; ${String.fromCharCode(66 + i / 5)} connects`
            }
            console.log(Math.round(longest))
            """;

    @TempDir
    Path folder;

    @BeforeAll
    static void needsNode() {
        boolean there;
        try {
            there = new ProcessBuilder("node", "--version").start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            there = false;
        }
        assertTrue(there || !Boolean.getBoolean("thorough"), "node is needed: install nodejs");
        assumeTrue(there, "node is not installed, so the JavaScript is not compared with the JVM");
    }

    static Stream<Servers> servers() throws IOException {
        return Servers.all(Steps.project()).stream();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void doesInAPageWhatItDoesInAJvm(Servers server) throws Exception {
        boolean puzzles = Boolean.getBoolean("thorough");
        List<String> stories = new ArrayList<>();
        Iterator<Story> all = Exploration.stories(server.contract(), 1, STORIES);
        for (int i = 0; all.hasNext(); i++) {
            Story story = all.next();
            // The long ones, those without descriptors, and some of each kind; of puzzles fewer.
            if ((i % 2 == 0 || i > STORIES - 60)
                    && (i % 5 == 0 || puzzles || !server.facts().containsKey("puzzle"))) {
                stories.add(story.onOneLine());
            }
        }
        Path file = folder.resolve("stories.json");
        Files.writeString(file, stories.stream().map(Recorder::quoted).collect(Collectors.joining(",", "[", "]")));
        List<String> inAPage = node(PLAY, server, String.valueOf(MOST_EVENTS), file.toString())
                .lines()
                .toList();
        JvmServer jvm = new JvmServer(server.source());
        for (int i = 0; i < stories.size(); i++) {
            String trace = jvm.play(stories.get(i), MOST_EVENTS);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(trace.getBytes(StandardCharsets.UTF_8));
            if (!HexFormat.of().formatHex(hash).equals(inAPage.get(i))) {
                List<String> other = node(PLAY, server, String.valueOf(MOST_EVENTS), file.toString(), String.valueOf(i))
                        .lines()
                        .toList();
                List<String> events = trace.lines().toList();
                int same = 0;
                while (same < Math.min(events.size(), other.size())
                        && events.get(same).equals(other.get(same))) {
                    same++;
                }
                assertEquals(
                        events.size() > same ? events.get(same) : "nothing",
                        other.size() > same ? other.get(same) : "nothing",
                        "Event %d of this story, in the JVM and in JavaScript: %s".formatted(same, stories.get(i)));
            }
        }
    }

    /** As the page does it: each time an action more, and only what is new comes back. */
    @Test
    void playsAHundredActionsInNoTime() throws Exception {
        Servers last =
                servers().filter(it -> it.name().equals("step5")).findFirst().orElseThrow();
        int longest = Integer.parseInt(node(HUNDRED, last).strip());
        // Under 50 on an idle machine. Ten times that is a fault, whatever else the machine does.
        assertTrue(longest < 500, "ms for a story: " + longest);
    }

    private String node(String script, Servers server, String... arguments) throws IOException {
        Path file = Files.writeString(folder.resolve("script.mjs"), script);
        List<String> command = new ArrayList<>(List.of("node", file.toString()));
        command.add(MODULES.resolve(server.name() + ".js").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
