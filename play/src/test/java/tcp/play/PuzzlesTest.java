package tcp.play;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tcp.simulation.story.Exploration;
import tcp.simulation.story.Story;
import tcp.testkit.source.Steps;

/**
 * Each puzzle has the shortest story that the explorer finds. To look for them anew: -Dplay.update=NAMES, a regular
 * expression.
 */
class PuzzlesTest {
    private static final int STORIES = 5_000;

    static Stream<Servers> puzzles() throws IOException {
        return Servers.all(Steps.project()).stream()
                .filter(server -> server.facts().containsKey("puzzle"));
    }

    @ParameterizedTest
    @MethodSource("puzzles")
    void hasTheShortestStory(Servers puzzle) throws Exception {
        JvmServer wrong = new JvmServer(puzzle.source());
        Servers base = Servers.all(Steps.project()).stream()
                .filter(server -> server.name().equals(puzzle.base()))
                .findFirst()
                .orElseThrow();
        JvmServer right = new JvmServer(base.source());
        Predicate<Story> differs = story -> {
            String one = wrong.outcome(story.onOneLine());
            String other = right.outcome(story.onOneLine());
            return one != null && other != null && !one.equals(other);
        };
        String par = puzzle.facts().get("par");
        if (puzzle.name().matches(System.getProperty("play.update", ""))) {
            String found = find(puzzle, differs).onOneLine();
            Path file = Steps.project().resolve(Servers.PUZZLES);
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replaceAll("(?m)^" + puzzle.name() + ":.*", puzzle.name() + ": ")
                            .replace(puzzle.name() + ": ", puzzle.name() + ": " + found));
            return;
        }
        assertNotEquals(right.outcome(par), wrong.outcome(par), par);
        assertEquals(par, Exploration.shrunk(Story.parse(par), differs).onOneLine(), "it can be shorter");
    }

    private static Story find(Servers puzzle, Predicate<Story> differs) {
        Story best = null;
        Iterator<Story> stories = Exploration.stories(puzzle.contract(), 1, STORIES);
        for (int tries = 0; stories.hasNext() && tries < 5; ) {
            Story story = stories.next();
            if (differs.test(story)) {
                Story shrunk = Exploration.shrunk(story, differs);
                best = best == null || shrunk.actions().size() < best.actions().size() ? shrunk : best;
                tries++;
            }
        }
        return best;
    }
}
