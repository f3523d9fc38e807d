package tcp.simulation.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoryTest {
    @Test
    void isWrittenAsItIsRead() {
        String all = """
                buffers hold 93 bytes
                the next read from A gives 3 bytes
                the next write to A takes 0 bytes
                setOption fails for A
                A connects
                B connects at once
                A sends "GET / HTTP/1.1\\r\\n; \\"\\\\\\t\\x00\\xff"
                A sends "x" 20000 times at call 3
                A stops reading
                A takes 7 bytes
                A takes 1 byte
                A sends "x" 1 time at call 3
                1 ms pass
                A reads on
                2 descriptors are left
                descriptors run out
                100 ms pass
                descriptors are back
                A half-closes at call 12
                A resets
                B closes""";
        Story story = Story.parse(all);
        assertThat(story).hasToString(all);
        assertThat(Story.parse(story.onOneLine())).isEqualTo(story);
        assertThat(Story.parse(all.replace("1 byte", "1 bytes"))).isEqualTo(story);
        assertThat(story.actions().get(6).text()).isEqualTo("GET / HTTP/1.1\r\n; \"\\\t\0\u00ff");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void everyStoryOfAnExplorationCanBeWrittenDown(int step) {
        Iterator<Story> stories = new Families(Contract.of("step" + step), 1, 2_000);
        stories.forEachRemaining(
                story -> assertThat(Story.parse(story.toString())).isEqualTo(story));
    }

    @Test
    void namesClientsAsTheNetworkDoes() {
        assertThat(Stream.of(0, 25, 26, 27, 701, 702).map(Action::name))
                .containsExactly("A", "Z", "AA", "AB", "ZZ", "AAA");
        assertThat(Stream.of("A", "Z", "AA", "AB", "ZZ", "AAA").map(Action::number))
                .containsExactly(0, 25, 26, 27, 701, 702);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "A connects; A jumps | Not an action of a story: A jumps. Known are: A connects, A sends",
                "A sends \"x\" | A sends \"x\" cannot happen: A has not connected.",
                "B connects | B connects cannot happen: clients connect once, A first, and the next is A.",
                "A connects; A connects | A connects cannot happen: clients connect once, A first, and the next is B.",
                "A connects; A resets; A takes 3 bytes | A takes 3 bytes cannot happen: A has gone.",
                "A connects; A half-closes; A sends \"x\" | A sends \"x\" cannot happen: A has ended its half.",
                "A connects; A sends \"x | Not an action of a story: A sends \"x.",
                "A connects; A sends \"\\q\" | \\q in \"\\q\" is unknown; there are"
            })
    void saysInALineWhatCannotBe(String story, String problem) {
        assertThatThrownBy(() -> Story.parse(story))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(problem)
                .hasMessageNotContaining("\n");
    }
}
