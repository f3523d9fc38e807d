package tcp.simulation.story;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import tcp.simulation.story.Action.What;
import tcp.simulation.story.Contract.Trait;

/**
 * The stories of an exploration. Rare ones come first, since a limit of time would cut off what is last; then
 * families of short stories, each whole or as much of it as there is room for; then random ones. The same seed
 * gives the same stories.
 */
final class Families implements Iterator<Story> {
    /** %1$s is a whole message, %2$s half of it, %3$s all but its last two bytes, %4$s these, %5$s the last message. */
    private static final String SHORT = """
            A connects; A sends %1$s; A sends %1$s; A closes; B connects; B sends %1$s; B half-closes
            A connects; A closes at once
            A connects; A resets at once; B connects; B sends %1$s
            A connects; A sends %1$s at once; A half-closes at once
            A connects; A sends %1$s at once; A closes at once; B connects; B sends %2$s; B resets
            A connects; A sends %1$s at once; A resets at once
            setOption fails for A; A connects; A resets at call 1; B connects; B sends %1$s
            setOption fails for A; A connects; A closes at call 1
            A connects; A sends %2$s; B connects; B sends %2$s; A resets; B sends %2$s
            A connects; B connects; A sends %3$s; B sends %3$s; A sends %4$s; B sends %4$s
            A connects; A sends %2$s; the server is interrupted
            A connects; A stops reading; A sends %1$s; the server is interrupted at once
            buffers hold 1 byte; A connects; B connects; A stops reading; B stops reading; A sends %1$s; B sends %5$s; A reads on; B reads on
            """;

    private static final String LONG = """
            A connects; A stops reading; A sends %1$s 20000 times; B connects; B sends %1$s; A reads on
            A connects; A stops reading; A sends %1$s 20000 times; A half-closes; A takes 100000 bytes; A reads on
            A connects; A stops reading; A sends %1$s 20000 times; A resets; B connects; B sends %1$s
            A connects; A stops reading; A sends %1$s 20000 times; A closes
            A connects; A stops reading; A sends "\\r\\n\\r\\n" 80000 times; A half-closes; A reads on
            A connects; A sends "x" 2000000 times; A sends %1$s; A half-closes
            A connects; A sends %1$s; A sends "x" 200000 times; A sends "x" 200000 times; A half-closes
            buffers hold 10 bytes; A connects; A sends %1$s 100 times; A half-closes
            buffers hold 1000 bytes; A connects; A stops reading; A sends %1$s 1000 times; A takes 7 bytes; A reads on
            A connects; B connects; A sends %1$s 20000 times; B sends %1$s at once
            A connects; B connects; A sends "x" 600000 times; B sends %1$s at call 2
            A connects; A sends "x" 600000 times; B connects at call 2; B sends %1$s at once
            """;
    private static final String WITHOUT_DESCRIPTORS = """
            descriptors run out; A connects; 50 ms pass; descriptors are back; 1000 ms pass; A sends %1$s
            A connects; descriptors run out; B connects; A sends %1$s; 500 ms pass; A closes; 500 ms pass
            descriptors run out; A connects; A resets; 500 ms pass; descriptors are back; 900 ms pass; B connects
            descriptors run out; A connects; B connects at once; 300 ms pass; descriptors are back; 300 ms pass; B sends %1$s
            """;
    private static final What[] ENDS = {null, What.HALF_CLOSES, What.CLOSES, What.RESETS};
    private static final What[] ANY = Stream.concat(
                    Arrays.stream(What.values())
                            .filter(what -> what.hasClient && what != What.SENDS_MANY && what != What.OPTION_FAILS),
                    Stream.of(What.CONNECTS, What.SENDS, What.SENDS, What.SENDS, What.SENDS, What.SENDS, What.BUFFERS))
            .toArray(What[]::new);
    private static final int MIXED = 50; // of each family, before the long ones

    /** Where choices come from: from chance, or from a story's number in its family. */
    private interface Choices {
        /** From 0 to n - 1. */
        int below(int n);
    }

    private final Contract contract;
    private final String message;
    private final int answer; // bytes of it to two messages
    private final SplittableRandom random;
    private final Deque<Iterator<Story>> parts = new ArrayDeque<>();
    private long left;

    Families(Contract contract, long seed, long most) {
        this.contract = contract;
        message = contract.messages().get(0);
        answer = Math.max(1, length(contract, message));
        random = new SplittableRandom(seed);
        left = most;
        List<Function<Choices, Story>> families = List.of(
                n -> alone(n, 0, 0),
                n -> alone(n, 1, 0),
                n -> alone(n, 0, 1),
                n -> alone(n, 1, 1),
                n -> alone(n, 0, 2),
                this::two,
                this::slow);
        parts.add(told(SHORT + String.join("\n", contract.stories())));
        parts.add(pairs());
        families.forEach(family -> parts.add(some(family, MIXED)));
        parts.add(told(LONG + (contract.traits().contains(Trait.NEEDS_DESCRIPTORS) ? "" : WITHOUT_DESCRIPTORS)));
        parts.add(List.of(crowd()).iterator());
        families.forEach(family -> parts.add(some(family, most / (families.size() + 2))));
        parts.add(some(this::anything, most));
    }

    @Override
    public boolean hasNext() {
        return left > 0;
    }

    @Override
    public Story next() {
        left--;
        while (!parts.element().hasNext()) {
            parts.remove();
        }
        return parts.element().next();
    }

    private Iterator<Story> told(String lines) {
        int end = Math.max(0, message.length() - 2);
        List<String> all = contract.messages();
        Object[] pieces = Stream.of(
                        message,
                        message.substring(0, (message.length() + 1) / 2),
                        message.substring(0, end),
                        message.substring(end),
                        all.get(all.size() - 1))
                .map(Action::quoted)
                .toArray();
        return lines.formatted(pieces).lines().map(Story::parse).iterator();
    }

    /** Every message after every other. */
    private Iterator<Story> pairs() {
        return contract.messages().stream()
                .flatMap(first -> contract.messages().stream().map(second -> first + second + message))
                .map(text -> new Story(List.of(Action.of(What.CONNECTS, 0, 0), Action.sends(0, text))))
                .iterator();
    }

    /** All of a family, or as many as there is room for, by chance. */
    private Iterator<Story> some(Function<Choices, Story> family, long room) {
        long[] size = {1};
        if (room > MIXED) {
            family.apply(n -> {
                size[0] = Math.min(Long.MAX_VALUE / 1000, size[0] * n);
                return 0;
            });
        }
        LongStream numbers = LongStream.range(0, size[0] > 1 ? Math.min(size[0], room) : room);
        return numbers.mapToObj(
                        i -> size[0] == 1 || size[0] > room ? family.apply(random::nextInt) : family.apply(digits(i)))
                .iterator();
    }

    /**
     * Every story of three kinds: a client sends two messages in up to three pieces, or the first of these, and
     * then ends, or not, before any of the server's calls; the same with the shortest message, while the first
     * write() takes any number of bytes; and two clients take turns in any order.
     */
    static Iterator<Story> every(Contract contract) {
        Families whole = new Families(contract, 0, 0);
        String shortest = contract.messages().stream()
                .filter(text -> length(contract, text) > 0)
                .min(Comparator.comparingInt(String::length))
                .orElse(whole.message);
        Families brief = new Families(contract.about(shortest), 0, 0);
        Deque<Iterator<Story>> kinds = new ArrayDeque<>(
                List.of(every(n -> whole.cut(n, false)), every(n -> brief.cut(n, true)), every(whole::two)));
        return new Iterator<>() { // a Stream's would make all of a kind at once
            @Override
            public boolean hasNext() {
                while (!kinds.isEmpty() && !kinds.element().hasNext()) {
                    kinds.remove();
                }
                return !kinds.isEmpty();
            }

            @Override
            public Story next() {
                return kinds.element().next();
            }
        };
    }

    /** How long the answer to two such messages is. */
    private static int length(Contract contract, String message) {
        String expected = contract.answerTo(message + message);
        return expected == null ? 0 : expected.length();
    }

    /** Every way to choose: the last choice goes on first, as the last digit of a counter does. */
    private static Iterator<Story> every(Function<Choices, Story> family) {
        List<int[]> made = new ArrayList<>(); // each with how many there are
        return Stream.iterate(made, all -> all != null, all -> {
                    while (!all.isEmpty() && ++all.get(all.size() - 1)[0] == all.get(all.size() - 1)[1]) {
                        all.remove(all.size() - 1);
                    }
                    return all.isEmpty() ? null : all;
                })
                .map(all -> {
                    int[] at = {0};
                    return family.apply(n -> {
                        if (at[0] == all.size()) {
                            all.add(new int[] {0, n});
                        }
                        return all.get(at[0]++)[0];
                    });
                })
                .iterator();
    }

    private Story cut(Choices n, boolean partialWrite) {
        String text = message + message;
        int first = n.below(text.length() + 1);
        int second = first + n.below(text.length() + 1 - first);
        List<String> pieces = List.of(text.substring(0, first), text.substring(first, second), text.substring(second));
        List<Action> story = new ArrayList<>();
        if (partialWrite) {
            story.add(Action.of(What.WRITE_TAKES, 0, n.below(answer + 1)));
        }
        story.add(Action.of(What.CONNECTS, 0, 0));
        pieces.subList(0, 1 + n.below(3)).forEach(piece -> story.add(Action.sends(0, piece)));
        story.removeIf(action -> "".equals(action.text()));
        What end = ENDS[n.below(ENDS.length)];
        if (end != null) {
            story.add(Action.of(end, 0, 0).at(n.below(8) - 1));
        }
        return new Story(story);
    }

    private static Choices digits(long number) {
        long[] rest = {number};
        return n -> {
            int digit = (int) (rest[0] % n);
            rest[0] /= n;
            return digit;
        };
    }

    /** A client that sends two messages in up to three pieces, and ends at any call. */
    private Story alone(Choices n, int reads, int writes) {
        String text = message + message;
        List<Action> story = new ArrayList<>();
        for (int i = 0; i < reads + writes; i++) {
            story.add(
                    i < reads
                            ? Action.of(What.READ_GIVES, 0, 1 + n.below(text.length()))
                            : Action.of(What.WRITE_TAKES, 0, n.below(answer)));
        }
        story.add(Action.of(What.CONNECTS, 0, 0));
        int cut = n.below(text.length());
        int other = writes > 1 ? 0 : n.below(text.length());
        story.add(Action.sends(0, text.substring(0, Math.min(cut, other))));
        story.add(Action.sends(0, text.substring(Math.min(cut, other), Math.max(cut, other))));
        story.add(Action.sends(0, text.substring(Math.max(cut, other))));
        story.removeIf(action -> "".equals(action.text()));
        addEnd(story, n);
        return new Story(story);
    }

    private static void addEnd(List<Action> story, Choices n) {
        What end = ENDS[n.below(ENDS.length)];
        int when = n.below(10) - 1;
        if (end != null) {
            story.add(Action.of(end, 0, 0).at(when));
        }
    }

    /** Two clients that connect, send a message in two pieces and end, in any order. */
    private Story two(Choices n) {
        int order = n.below(70); // 8 over 4
        int when = n.below(4) - 1;
        List<List<Action>> each = new ArrayList<>();
        for (int client = 0; client < 2; client++) {
            int cut = n.below(message.length());
            What end = ENDS[n.below(ENDS.length)];
            each.add(List.of(
                    Action.of(What.CONNECTS, client, 0),
                    Action.sends(client, message.substring(0, cut)),
                    Action.sends(client, message.substring(cut)),
                    end == null ? Action.sends(client, message) : Action.of(end, client, 0)));
        }
        List<Action> story = new ArrayList<>();
        int[] rest = {4, 4};
        while (rest[0] + rest[1] > 0) {
            int ways = ways(rest[0] - 1, rest[1]); // in which the first client goes on
            int client = order < ways ? 0 : 1;
            order -= client * ways;
            story.add(each.get(client).get(4 - rest[client]--).at(when));
        }
        return new Story(Story.renumbered(story));
    }

    private static int ways(int a, int b) {
        return a < 0 || b < 0 ? 0 : a == 0 || b == 0 ? 1 : ways(a - 1, b) + ways(a, b - 1);
    }

    /** A client with small buffers that takes its answers late. */
    private Story slow(Choices n) {
        List<Action> story = new ArrayList<>();
        story.add(Action.of(What.BUFFERS, 0, 1 + n.below(answer)));
        story.add(Action.of(What.CONNECTS, 0, 0));
        story.add(Action.of(What.STOPS_READING, 0, 0));
        for (int i = n.below(4); i >= 0; i--) {
            story.add(Action.sends(0, message));
        }
        story.add(Action.of(What.TAKES, 0, n.below(answer)));
        addEnd(story, n);
        story.add(Action.of(What.READS_ON, 0, 0));
        return new Story(Story.isPossible(story) ? story : story.subList(0, story.size() - 1));
    }

    /** 200 clients at once, of which every third one leaves with a reset before the others send anything. */
    private Story crowd() {
        List<Action> story = new ArrayList<>();
        IntStream.range(0, 200)
                .forEach(i -> story.add(Action.of(What.CONNECTS, i, 0).at(Action.AT_ONCE)));
        IntStream.range(0, 200).filter(i -> i % 3 == 0).forEach(i -> story.add(Action.of(What.RESETS, i, 0)));
        IntStream.range(0, 200).filter(i -> i % 3 != 0).forEach(i -> story.add(Action.sends(i, message)));
        return new Story(story);
    }

    /** Up to three clients that do anything at any time. */
    private Story anything(Choices n) {
        List<Action> story = new ArrayList<>();
        int clients = 0;
        for (int i = 3 + n.below(15); i > 0; i--) {
            What what = ANY[n.below(ANY.length)];
            int client = what == What.CONNECTS && clients < 3 ? clients : n.below(3);
            int when = n.below(3) > 0 ? Action.ASLEEP : n.below(9) - 1;
            story.add(new Action(what, client, what.hasText ? text(n) : null, 1 + n.below(100), when));
            if (!Story.isPossible(story)) {
                story.remove(story.size() - 1);
            } else if (what == What.CONNECTS) {
                clients++;
            }
        }
        if (contract.traits().contains(Trait.PROGRAM) && n.below(3) == 0) {
            story.add(n.below(story.size() + 1), Action.of(What.SIGTERM, 0, 0));
        }
        return new Story(story);
    }

    private String text(Choices n) {
        StringBuilder text = new StringBuilder();
        for (int i = n.below(4); i >= 0; i--) {
            text.append(contract.messages().get(n.below(contract.messages().size())));
        }
        int from = n.below(text.length());
        return n.below(2) == 0 ? text.toString() : text.substring(from, from + 1 + n.below(text.length() - from));
    }
}
