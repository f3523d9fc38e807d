package tcp.workshop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tcp.simulation.story.Action;
import tcp.simulation.story.Failure.Kind;
import tcp.testkit.client.Symptom;
import tcp.testkit.server.ServerFault;

/**
 * What a failure most likely comes from, in the learner's terms: a rule says for which
 * requirements it is, which facts must be there, and what to tell. The rules of an exercise
 * are the heads of its wrong answers; those of them that say so, and those below, are for all.
 *
 * <p>Breaks names requirements; a * stands for the rest of a name. When names facts: between
 * commas are those that will do, and of words that follow one another all must be there, but
 * those after a ! must not. A fact is what happened first of all ({@link
 * tcp.testkit.server.ServerFault.Kind}, else {@link tcp.testkit.client.Symptom}, else NO_RESULT: the
 * test did not end, NO_ANSWER: its process is silent, OTHER: what its message says); what happens in a
 * story, such as STANDS_STILL ({@link tcp.simulation.story.Action.What}); the class of an
 * exception, or one above it; {@code answered} or {@code unanswered}: whether bytes had come
 * back; or what the wrong bytes that came begin with, in quotation marks.
 * Without a When, all will do but a server that has ended, or is stuck.
 */
record Diagnosis(String name, String tell) {
    private static final Set<String> ENDED =
            Set.of("DOES_NOT_START", "LOOP_ENDED", "THREAD_ENDED", "DOES_NOT_END", "STUCK_IN_HANDLER", "EXCEPTION");

    private static final Pattern LINE = Pattern.compile("(?m)^([A-Z][a-z]+): (.*(?:\\R[ \\t].*)*)");
    private static final Pattern FACT = Pattern.compile("\"([^\"]*)\"|\\S+");

    /** The first of these that fits is taken. */
    private static final List<Rule> FOR_ALL = Stream.of("""
            Name: out-of-memory
            When: OutOfMemoryError
            Tell: The memory ran out. What do you keep for a client, and what is the most that
             can become? A client decides how much it sends, so your server must have a limit.

            Name: no-answer
            When: NO_ANSWER
            Tell: Your server has taken all CPU time or all memory. What do you keep, and what
             ends each of your loops?

            Name: exits
            When: Exit
            Tell: Your server called System.exit() or Runtime.halt(). Only main() may, before the
             server listens: run() returns when close() was called.

            Name: port-not-free
            When: DOES_NOT_START BindException
            Tell: The port that your constructor asked for is taken. It listens on the port that
             it is given, and 0 means any that is free.

            Name: exception
            When: LOOP_ENDED Exception, LOOP_ENDED Error
            Tell: An exception came out of your loop, and with it the server ended for all
             clients. Its line is named above.

            Name: process-ended
            When: PROCESS_ENDED
            Tell: Your server ended by itself, as a program. If an exception is shown, it came out
             of run(): only an IOException is caught where a key is handled. JDK 17 throws an
             ExceptionInInitializerError if it closes a channel for the first time when there are
             no descriptors left: close one in the constructor.

            Name: run-returns
            When: LOOP_ENDED
            Tell: run() returned before anybody had called close(). The
             loop asks select() again and again until then.

            Name: thread-ended
            When: THREAD_ENDED
            Tell: An exception ended a thread of your server's, and nobody does its work from
             then on. Its line is named above.

            Name: does-not-start
            When: DOES_NOT_START
            Tell: The constructor binds the listener and returns; port() tells the port, and
             returns. Neither waits for a client: that is what run() is for.

            Name: stays-in-handler
            When: STUCK_IN_HANDLER, STUCK, SLEEPS
            Tell: Your loop stays in a handler, so no other key has its turn, and nobody sees
             that close() was called. A handler does what can be done now, and returns: it
             never waits, sleeps, or loops until something comes or fits.

            Name: zeros
            When: "\\000"
            Tell: Zeros came back, where no byte was put. After you have filled a buffer its
             position is behind the bytes: flip() it before you write.

            Name: spins
            When: SPINS
            Tell: The loop is busy while nothing happens: select() reports an interest that no
             handler serves, so it returns at once, again and again. Serve it, or take it out
             of the interest set. (selectNow() does not wait at all: it must be select().)

            Name: thread-spins
            When: THREAD_SPINS
            Tell: A thread of your server's is busy while nothing happens, and it is not the one
             that called run(). If it is a loop as well, select() reports an interest to it that
             no handler serves. Any other thread should wait for what it needs, and not ask again
             and again.

            Name: nobody-listens
            When: REFUSED
            Tell: Nobody listens there, or the queue of those who wait to be accepted is full.
             Is the listener bound and still open, and does port() tell its port? Pass bind() a
             backlog of 1024: without one it is 50.
            """.split("\n\n"))
            .map(Diagnosis::head)
            .map(head -> Rule.of(head.get("Name"), head))
            .toList();

    /** The lines "Key: value" of a head; a value may go on in lines that begin with a blank. */
    static Map<String, String> head(String text) {
        Map<String, String> head = new LinkedHashMap<>();
        Matcher lines = LINE.matcher(text);
        while (lines.find()) {
            head.put(lines.group(1), lines.group(2).replaceAll("\\s+", " ").strip());
        }
        return head;
    }

    /** One rule. */
    record Rule(String name, Pattern breaks, List<List<String>> when, String tell) {
        static Rule of(String name, Map<String, String> head) {
            List<List<String>> when = new ArrayList<>();
            for (String facts : head.getOrDefault("When", "").split(",\\s*")) {
                when.add(FACT.matcher(facts).results().map(fact -> fact.group()).toList());
            }
            String breaks = (head.containsKey("For") ? "*" : head.getOrDefault("Breaks", "*"))
                    .replace("*", ".*")
                    .replaceAll(",\\s*", "|");
            return new Rule(name, Pattern.compile(breaks), when, head.getOrDefault("Tell", ""));
        }

        /** How many facts make it fit; -1 if it does not. */
        int fits(Failure failure) {
            if (!breaks.matcher(failure.requirement()).matches()) {
                return -1;
            }
            return when.stream()
                    .filter(facts -> fits(facts, failure))
                    .mapToInt(List::size)
                    .max()
                    .orElse(-1);
        }

        private static boolean fits(List<String> facts, Failure failure) {
            if (facts.isEmpty()) {
                return !ENDED.contains(failure.kind());
            }
            Set<String> known = failure.facts();
            return facts.stream().allMatch(fact -> switch (fact.charAt(0)) {
                        case '"' -> cameBack(fact, failure);
                        case '!' -> !known.contains(fact.substring(1));
                        default -> known.contains(fact);
                    })
                    // what a client saw is not the point if the server itself is known to be wrong
                    && (failure.fault().isEmpty()
                            || facts.contains(failure.kind())
                            || facts.stream().noneMatch(Diagnosis::isSymptom));
        }

        private static boolean cameBack(String quoted, Failure failure) {
            String start = quoted.substring(1, quoted.length() - 1).translateEscapes();
            return failure.response()
                    .filter(response -> response.exchange().received().startsWith(start))
                    .isPresent();
        }
    }

    /** Whether this is a word that can stand in When: a misspelt one would only mean that the rule never fits. */
    static boolean isFact(String word) {
        String fact = word.replaceFirst("^!", "");
        return fact.matches("\".*\"|answered|unanswered|NO_RESULT|NO_ANSWER|OTHER|EXCEPTION|\\w+(Exception|Error)|Exit")
                || Stream.of(ServerFault.Kind.values(), Symptom.values(), Kind.values(), Action.What.values())
                        .flatMap(Stream::of)
                        .anyMatch(known -> known.name().equals(fact));
    }

    private static boolean isSymptom(String fact) {
        return Stream.of(Symptom.values()).anyMatch(s -> s.name().equals(fact));
    }

    /**
     * The diagnoses that fit, the best one first: those of the exercise, and if there are
     * none, the first of those for all.
     *
     * @param all all exercises, this one among them
     */
    static List<Diagnosis> of(Exercise exercise, List<Exercise> all, Failure failure) throws IOException {
        List<Rule> others = new ArrayList<>();
        for (Exercise other : all) {
            others.addAll(rules(other, head -> head.containsKey("For")));
        }
        List<Diagnosis> own = fitting(
                rules(exercise, head -> true).stream()
                        .sorted(Comparator.comparingInt((Rule rule) -> -rule.fits(failure))),
                failure);
        return !own.isEmpty()
                ? own
                : fitting(Stream.of(others, FOR_ALL).flatMap(List::stream), failure).stream()
                        .limit(1)
                        .toList();
    }

    /** The names of the rules that are for all exercises. */
    static List<String> namesForAll() {
        return FOR_ALL.stream().map(Rule::name).toList();
    }

    /** One of those for all, by its name. */
    static Diagnosis named(String name) {
        return FOR_ALL.stream()
                .filter(rule -> rule.name.equals(name))
                .map(rule -> new Diagnosis(rule.name, rule.tell))
                .findFirst()
                .orElseThrow();
    }

    private static List<Rule> rules(Exercise exercise, Predicate<Map<String, String>> which) throws IOException {
        return exercise.wrongAnswers().stream()
                .filter(wrong -> wrong.head().containsKey("Tell") && which.test(wrong.head()))
                .map(wrong -> Rule.of(wrong.name(), wrong.head()))
                .toList();
    }

    private static List<Diagnosis> fitting(Stream<Rule> rules, Failure failure) {
        return rules.filter(rule -> rule.fits(failure) >= 0)
                .map(rule -> new Diagnosis(rule.name, rule.tell))
                .toList();
    }
}
