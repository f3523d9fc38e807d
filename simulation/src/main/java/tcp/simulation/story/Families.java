package tcp.simulation.story;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import tcp.simulation.story.Action.What;

/**
 * The stories of an exploration: first the rare ones, then some of each family of short ones (all, if
 * there is room), then random ones. The same seed gives the same stories.
 */
final class Families implements Iterator<Story> {
    private static final What[] ENDS = {null, What.HALF_CLOSES, What.CLOSES, What.RESETS};
    /** What is written first of all, since a limit of time would cut it off. %1$s is a message, %2$s half of one. */
    private static final String RARE = """
            A connects; A closes at once
            A connects; A resets at once; B connects; B sends %1$s
            A connects; A sends %1$s at once; A half-closes at once
            A connects; A sends %1$s at once; A closes at once
            A connects; A sends %1$s at once; A resets at once
            setOption fails for A; A connects; A resets at call 1; B connects; B sends %1$s
            setOption fails for A; A connects; A closes at call 1
            A connects; A sends %1$s; B connects; B sends %2$s; A resets; B sends %1$s
            A connects; A sends %2$s; B connects; B sends %1$s; A sends %2$s
            A connects; A stops reading; A sends %1$s 20000 times; B connects; B sends %1$s; A reads on
            A connects; A stops reading; A sends %1$s 20000 times; A half-closes; A takes 100000 bytes; A reads on
            A connects; A stops reading; A sends %1$s 20000 times; A resets; B connects; B sends %1$s
            A connects; A stops reading; A sends %1$s 20000 times; A closes
            A connects; A stops reading; A sends "\\r\\n\\r\\n" 80000 times; A half-closes; A reads on
            A connects; A sends "x" 2000000 times; A sends %1$s; A half-closes
            A connects; A sends %1$s; A sends "x" 200000 times; A sends "x" 200000 times; A half-closes
            buffers hold 10 bytes; A connects; A sends %1$s 100 times; A half-closes
            buffers hold 1000 bytes; A connects; A stops reading; A sends %1$s 1000 times; A takes 7 bytes; A reads on
            """;
    /** Only for a server that rests while there are no descriptors. */
    private static final String WITHOUT_DESCRIPTORS = """
            descriptors run out; A connects; 50 ms pass; descriptors are back; 1000 ms pass; A sends %1$s
            A connects; descriptors run out; B connects; A sends %1$s; 500 ms pass; A closes; 500 ms pass
            descriptors run out; A connects; A resets; 500 ms pass; descriptors are back; 1000 ms pass; B connects; B sends %1$s
            descriptors run out; A connects; B connects at once; 300 ms pass; descriptors are back; 300 ms pass; A sends %1$s; B sends %1$s
            """;

    /** So many stories, each made from its number. */
    private record Family(long size, Function<Numbers, Story> maker) {}

    /** Takes a number apart into choices, or makes them by chance. */
    private interface Numbers {
        /** From 0 to n - 1. */
        int below(int n);
    }

    private final Contract contract;
    private final SplittableRandom random;
    private final long most;
    private final String message;
    private final Deque<Iterator<Story>> parts = new ArrayDeque<>();
    private long given;

    Families(Contract contract, long seed, long most) {
        this.contract = contract;
        this.random = new SplittableRandom(seed);
        this.most = most;
        message = contract.messages().get(0);
        String two = message + message;
        int cuts = two.length();
        int answers = Math.max(1, answerTo(two));
        List<Family> families = List.of(
                new Family(cuts * cuts * 4 * 9L, n -> cut(n, two)),
                new Family(cuts * cuts * 2 * cuts * 4 * 9L, n -> readInParts(n, two)),
                new Family(cuts * answers * 2L * answers * 4 * 9, n -> writtenInParts(n, two, answers)),
                new Family(70L * cuts * cuts * 4 * 4 * 4, n -> interleaved(n)),
                new Family(4 * answers * 5 * answers * 4L * 2, n -> slow(n, answers)));
        long share = Math.max(1, most / (families.size() + 2));
        parts.add(rare().iterator());
        families.forEach(family -> parts.add(some(family, share).iterator()));
        parts.add(Stream.generate(() -> chance(random::nextInt)).iterator());
    }

    @Override
    public boolean hasNext() {
        return given < most;
    }

    @Override
    public Story next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        given++;
        while (!parts.peek().hasNext()) {
            parts.remove();
        }
        return parts.peek().next();
    }

    private int answerTo(String text) {
        Client client = new Client("A");
        client.sent.append(text);
        String answer = contract.answer(client);
        return answer == null ? 0 : answer.length();
    }

    private Stream<Story> rare() {
        String half = message.substring(0, (message.length() + 1) / 2);
        String lines = RARE + (contract.restsWithoutDescriptors() ? WITHOUT_DESCRIPTORS : "");
        List<Story> rare = new ArrayList<>(lines.formatted(Action.quoted(message), Action.quoted(half))
                .lines()
                .map(Story::parse)
                .toList());
        List<Action> crowd = new ArrayList<>();
        for (int client = 0; client < 150; client++) {
            crowd.add(Action.of(What.CONNECTS, client).at(client == 0 ? Action.ASLEEP : Action.AT_ONCE));
        }
        for (int client = 0; client < 150; client++) {
            crowd.add(client % 3 == 0 ? Action.of(What.RESETS, client) : Action.sends(client, message));
        }
        rare.add(new Story(crowd));
        return rare.stream();
    }

    /** All of a family, or as many as there is room for, spread over it. */
    private Stream<Story> some(Family family, long room) {
        if (family.size <= room) {
            return Stream.iterate(0L, i -> i < family.size, i -> i + 1).map(i -> family.maker.apply(digits(i)));
        }
        return Stream.generate(() -> family.maker.apply(random::nextInt)).limit(room);
    }

    private static Numbers digits(long number) {
        long[] rest = {number};
        return n -> {
            int digit = (int) (rest[0] % n);
            rest[0] /= n;
            return digit;
        };
    }

    /** A text in three pieces, two of which may be empty, and an end at any call. */
    private Story cut(Numbers n, String text) {
        List<Action> story = new ArrayList<>(List.of(Action.of(What.CONNECTS, 0)));
        sendInPieces(story, n, text, n.below(text.length()));
        return ended(story, n);
    }

    private Story readInParts(Numbers n, String text) {
        List<Action> story = new ArrayList<>();
        story.add(Action.of(What.READ_GIVES, 0, n.below(text.length()) + 1));
        story.add(Action.of(What.CONNECTS, 0));
        if (n.below(2) == 1) {
            story.add(Action.of(What.READ_GIVES, 0, 1));
        }
        sendInPieces(story, n, text, n.below(text.length()));
        return ended(story, n);
    }

    private Story writtenInParts(Numbers n, String text, int answers) {
        List<Action> story = new ArrayList<>(List.of(Action.of(What.CONNECTS, 0)));
        story.add(Action.of(What.WRITE_TAKES, 0, n.below(answers)));
        if (n.below(2) == 1) {
            story.add(Action.of(What.WRITE_TAKES, 0, n.below(answers)));
        }
        sendInPieces(story, n, text, 0);
        return ended(story, n);
    }

    private static void sendInPieces(List<Action> story, Numbers n, String text, int first) {
        int second = n.below(text.length());
        int from = Math.min(first, second);
        int to = Math.max(first, second);
        for (String piece : List.of(text.substring(0, from), text.substring(from, to), text.substring(to))) {
            if (!piece.isEmpty()) {
                story.add(Action.sends(0, piece));
            }
        }
    }

    private static Story ended(List<Action> story, Numbers n) {
        What end = ENDS[n.below(ENDS.length)];
        int when = n.below(9) - 1;
        if (end != null) {
            story.add(Action.of(end, 0).at(when));
        }
        return new Story(story);
    }

    /** Two clients that connect, send a message in two pieces and end, in any order. */
    private Story interleaved(Numbers n) {
        int order = n.below(70); // 8 over 4
        List<List<Action>> each = new ArrayList<>();
        for (int client = 0; client < 2; client++) {
            int cut = n.below(message.length());
            What end = ENDS[n.below(ENDS.length)];
            List<Action> its = new ArrayList<>(List.of(Action.of(What.CONNECTS, client)));
            its.add(Action.sends(client, message.substring(0, cut)));
            its.add(Action.sends(client, message.substring(cut)));
            its.add(end == null ? Action.sends(client, message) : Action.of(end, client));
            each.add(its);
        }
        int when = n.below(4) - 1;
        List<Action> story = new ArrayList<>();
        int[] left = {4, 4};
        while (left[0] + left[1] > 0) {
            int rest = ways(left[0] - 1, left[1]);
            int client = order < rest ? 0 : 1;
            order -= client * rest;
            story.add(each.get(client).get(4 - left[client]--).at(when));
        }
        return new Story(Story.renumbered(story));
    }

    private static int ways(int a, int b) {
        return a < 0 || b < 0 ? 0 : a == 0 || b == 0 ? 1 : ways(a - 1, b) + ways(a, b - 1);
    }

    /** A client with small buffers that takes its answers late. */
    private Story slow(Numbers n, int answers) {
        List<Action> story = new ArrayList<>();
        story.add(Action.of(What.BUFFERS, 0, n.below(answers) + 1));
        story.add(Action.of(What.CONNECTS, 0));
        story.add(Action.of(What.STOPS_READING, 0).at(Action.AT_ONCE));
        for (int i = n.below(5); i >= 0; i--) {
            story.add(Action.sends(0, message));
        }
        int takes = n.below(answers);
        What end = ENDS[n.below(ENDS.length)];
        if (end != null && n.below(2) == 0) {
            story.add(Action.of(end, 0));
            end = end == What.HALF_CLOSES ? null : end;
        } else {
            end = end == null ? What.READS_ON : end;
        }
        if (end == null) {
            story.add(Action.of(What.TAKES, 0, takes));
        } else if (story.get(story.size() - 1).what() != end) {
            story.add(Action.of(What.TAKES, 0, takes));
            story.add(Action.of(end, 0));
        }
        return new Story(story);
    }

    /** Up to three clients that do anything at any time. */
    private Story chance(Numbers n) {
        List<Action> story = new ArrayList<>();
        if (n.below(4) == 0) {
            story.add(Action.of(What.BUFFERS, 0, 1 + n.below(200)));
        }
        int clients = 0;
        List<Integer> open = new ArrayList<>();
        List<Integer> sending = new ArrayList<>();
        for (int left = 2 + n.below(10); left > 0; left--) {
            int when = n.below(3) > 0 ? Action.ASLEEP : n.below(8) - 1;
            if (open.isEmpty() || clients < 3 && n.below(4) == 0) {
                open.add(clients);
                sending.add(clients);
                story.add(Action.of(What.CONNECTS, clients++).at(when));
                continue;
            }
            Integer client = open.get(n.below(open.size()));
            switch (n.below(12)) {
                case 0 -> {
                    story.add(Action.of(n.below(2) == 0 ? What.CLOSES : What.RESETS, client)
                            .at(when));
                    open.remove(client);
                    sending.remove(client);
                }
                case 1 -> story.add(Action.of(What.STOPS_READING, client).at(when));
                case 2 -> story.add(Action.of(What.READS_ON, client).at(when));
                case 3 -> story.add(Action.of(What.WRITE_TAKES, client, n.below(100)));
                case 4 -> story.add(Action.of(What.READ_GIVES, client, 1 + n.below(20)));
                default -> {
                    if (!sending.contains(client)) {
                        story.add(Action.of(What.TAKES, client, n.below(100)).at(when));
                    } else if (n.below(8) == 0) {
                        story.add(Action.of(What.HALF_CLOSES, client).at(when));
                        sending.remove(client);
                    } else {
                        story.add(Action.sends(client, anything(n)).at(when));
                    }
                }
            }
        }
        return new Story(story);
    }

    private String anything(Numbers n) {
        List<String> messages = contract.messages();
        StringBuilder text = new StringBuilder();
        for (int left = n.below(4); left >= 0; left--) {
            text.append(messages.get(n.below(messages.size())));
        }
        int from = n.below(text.length());
        return n.below(2) == 0 ? text.toString() : text.substring(from, from + 1 + n.below(text.length() - from));
    }
}
