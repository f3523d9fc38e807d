package tcp.simulation.story;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import tcp.simulation.Call;
import tcp.simulation.Network;

/**
 * What a server must do for each client, whatever the others and the network do. It holds whenever the
 * server sleeps, for every client that has not left.
 *
 * @param messages what clients send in stories: a whole message first, then others and parts
 * @param answer what the client must have got if it reads, one char for each byte; null: anything
 * @param ends whether the server must have ended its half by then; if not, it must not
 * @param cutsOff whether it must have ended the connection, even with a reset, and without all of its answer
 * @param calls is told each call of the server for a client, in their order
 * @param others who else is there when a server is made: acts if it can, and says whether it has
 * @param stories of its own, to be played besides
 * @param traits what is special
 */
public record Contract(
        List<String> messages,
        Function<Client, String> answer,
        Predicate<Client> ends,
        Predicate<Client> cutsOff,
        BiConsumer<Client, Call> calls,
        Function<Network, BooleanSupplier> others,
        List<String> stories,
        List<Trait> traits) {
    /** What is special about a server. */
    public enum Trait {
        /** Only its first story makes it do anything: each has a new server. */
        ONE_STORY,
        /** It need not rest while accept() fails for want of descriptors. */
        NEEDS_DESCRIPTORS,
        /** It answers more than once, so it must set TCP_NODELAY. */
        NO_DELAY,
        /** It reads all that comes, also from a client that takes no answers. */
        READS_ALL,
        /** It keeps little of what it has read and not written. */
        PASSES_ON,
        /** It may wake up though nobody is there: for the deadline of a client that has left. */
        HAS_DEADLINES,
        /** It is run by its main method, and ended by SIGTERM. */
        PROGRAM
    }

    private static final Function<Network, BooleanSupplier> NOBODY = network -> () -> false;

    static final String RESPONSE = """
            HTTP/1.1 200 OK\r
            Content-Type: text/html\r
            Connection: keep-alive\r
            Content-Length: 6\r
            \r
            hello
            """;
    private static final String LAST_RESPONSE = RESPONSE.replace("keep-alive", "close");
    private static final String[] REQUESTS = {
        "GET / HTTP/1.1\r\n\r\n", "\r\n\r\n", "A: b\r\n\r", "\r\r\n", "A\n\r\n", "\n"
    };

    /** The server leaves every client in the kernel's queue. */
    public static final Contract STEP1 =
            answering(client -> "", "hello\n").ending(client -> false).with(Trait.ONE_STORY);

    /** It hangs up on every client; what that has sent is not read, so the end may be a reset. */
    public static final Contract STEP2 =
            answering(client -> "", "hello\n").cuttingOff(client -> true).with(Trait.NEEDS_DESCRIPTORS);

    /** It reads all, says nothing, and ends when the client has. */
    public static final Contract STEP3 = answering(client -> "", "hello\n", "x");

    /** It says how many bytes its first read got, and ends its half. */
    public static final Contract STEP4 =
            answering(Contract::received, "hello\n", "x").ending(client -> client.halfClosed || !client.sent.isEmpty());

    /** It answers whenever the four bytes that end a head have come, and keeps the connection. */
    public static final Contract STEP5 =
            answering(client -> responses(client.sent), REQUESTS).with(Trait.NO_DELAY);

    /** All that a client sends comes back. */
    public static final Contract ECHO = answering(Client::sent, "hello\n", "\0\r\u00ff");

    /** Step 5, for those who get an answer each second. */
    public static final Contract DEADLINES = STEP5.cuttingOff(client -> client.idleMillis() > 1_000)
            .playing(
                    "A connects; 700 ms pass; 500 ms pass",
                    "A connects; A sends %1$s; 700 ms pass; A sends %1$s; 700 ms pass; 700 ms pass",
                    "A connects; A sends %2$s; 700 ms pass; A sends %2$s; 700 ms pass",
                    "A connects; 300 ms pass; B connects; 600 ms pass; B sends %1$s; 300 ms pass; 500 ms pass; 500 ms pass",
                    "A connects; A stops reading; A sends %1$s 20000 times; 700 ms pass; 700 ms pass; A reads on",
                    "A connects; B connects; 900 ms pass; B sends %1$s; A sends %1$s at call 1; the process stands still for 5000 ms at once",
                    "A connects; A resets; B connects; 500 ms pass; C connects; B sends %1$s; 700 ms pass; 700 ms pass")
            .with(Trait.NO_DELAY, Trait.HAS_DEADLINES);

    /** Step 5, for the first hundred who are there. */
    public static final Contract CROWD = answering(
                    client -> client.ahead() < 100 ? responses(client.sent) : "", REQUESTS)
            .ending(client -> client.halfClosed && client.ahead() < 100)
            .with(Trait.NO_DELAY);

    /** Step 5, for requests by the rules of RFC 9110 and 9112. */
    public static final Contract HTTP = answering(
                    client -> HttpRules.of(client).answer(), HttpRules.MESSAGES.toArray(String[]::new))
            .ending(client -> client.halfClosed || HttpRules.of(client).isLast())
            .playing(HttpRules.STORIES)
            .with(Trait.NO_DELAY);

    /** Step 5, until SIGTERM comes: then each gets one last answer, or a second. */
    public static final Contract SIGTERM = answering(Contract::untilSigterm, REQUESTS)
            .ending(client -> client.halfClosed || untilSigterm(client).endsWith(LAST_RESPONSE))
            .playing(
                    "SIGTERM comes",
                    "A connects; A sends %1$s; A closes; SIGTERM comes",
                    "A connects; A sends %1$s; SIGTERM comes; A sends %1$s; A sends %1$s; A closes",
                    "A connects; A sends %3$s; SIGTERM comes; A sends %4$s",
                    "A connects; A sends %1$s; SIGTERM comes; A sends %1$s 3 times; A sends \"x\" 100000 times",
                    "A connects; B connects; B sends %1$s; SIGTERM comes; 700 ms pass; 900 ms pass",
                    "A connects; SIGTERM comes; 900 ms pass; A sends %1$s; 700 ms pass",
                    "A connects; SIGTERM comes at once; A sends %1$s",
                    "A connects; A sends %1$s at once; B connects at once; C connects at once; SIGTERM comes at once; B sends %1$s",
                    "A connects; A stops reading; A sends %1$s 20000 times; SIGTERM comes; A reads on",
                    "A connects; A stops reading; A sends %1$s 20000 times; SIGTERM comes; A takes 100000 bytes; 300 ms pass; A reads on",
                    "A connects; descriptors run out; B connects; SIGTERM comes; A sends %1$s; 700 ms pass; 900 ms pass",
                    "A connects; B connects; SIGTERM comes; A resets; B sends %1$s")
            .with(Trait.NO_DELAY, Trait.PROGRAM);

    /** A server that answers what was sent, and keeps the connection until the client ends its half. */
    public static Contract answering(Function<Client, String> answer, String... messages) {
        return new Contract(
                List.of(messages),
                answer,
                Client::halfClosed,
                client -> false,
                (client, call) -> {},
                NOBODY,
                List.of(),
                List.of());
    }

    /** The same, with another rule for when the server ends its half. */
    public Contract ending(Predicate<Client> when) {
        return new Contract(messages, answer, when, cutsOff, calls, others, stories, traits);
    }

    /** The same, where the server hangs up on some. */
    public Contract cuttingOff(Predicate<Client> whom) {
        return new Contract(messages, answer, ends, whom, calls, others, stories, traits);
    }

    /** The same, where an answer depends on the server's calls, as for what another client has sent. */
    public Contract following(BiConsumer<Client, Call> watcher) {
        return new Contract(messages, answer, ends, cutsOff, watcher, others, stories, traits);
    }

    /**
     * The same, where the server connects to somebody.
     *
     * @param there listens for that; what it returns is called again and again, and returns true if it has acted
     */
    public Contract with(Function<Network, BooleanSupplier> there) {
        return new Contract(messages, answer, ends, cutsOff, calls, there, stories, traits);
    }

    /** The same, with stories of its own; %1$s is the first message in quotes, %2$s its first half. */
    public Contract playing(String... special) {
        return new Contract(messages, answer, ends, cutsOff, calls, others, List.of(special), traits);
    }

    /** Whether the server connects to somebody, who is there only in stories. */
    boolean hasOthers() {
        return others != NOBODY;
    }

    /** What a client must have got that has sent that, and has been read from. */
    String answerTo(String message) {
        Client client = new Client("A", new ArrayList<>());
        client.all().add(client);
        client.sent.append(message);
        calls.accept(client, new Call(Call.Kind.READ, client.name, message.length(), null));
        return answer.apply(client);
    }

    Contract about(String message) {
        return new Contract(List.of(message), answer, ends, cutsOff, calls, others, stories, traits);
    }

    /** The same, and that is special about it. */
    public Contract with(Trait... special) {
        return new Contract(messages, answer, ends, cutsOff, calls, others, stories, List.of(special));
    }

    /** The contract of the step with that number, or of the exercise with that name. */
    public static Contract of(String name) {
        return switch (name) {
            case "1", "step1" -> STEP1;
            case "2", "step2" -> STEP2;
            case "3", "step3" -> STEP3;
            case "4", "step4" -> STEP4;
            case "5", "step5" -> STEP5;
            case "echo" -> ECHO;
            case "deadlines" -> DEADLINES;
            case "crowd" -> CROWD;
            case "http" -> HTTP;
            case "sigterm" -> SIGTERM;
            default ->
                throw new IllegalArgumentException(
                        "There is no contract %s: give 1, 2, 3, 4, 5, echo, deadlines, crowd, http or sigterm."
                                .formatted(name));
        };
    }

    private static String received(Client client) {
        int n = client.reads.isEmpty() ? client.sent.length() : client.reads.get(0);
        return client.sent.isEmpty() ? "" : "Received " + n + " bytes\n";
    }

    private static String responses(StringBuilder sent) {
        return RESPONSE.repeat(requests(sent, sent.length()));
    }

    /** How many there are in that many bytes. */
    private static int requests(StringBuilder sent, int length) {
        int n = 0;
        for (int at = sent.indexOf("\r\n\r\n"); at >= 0 && at + 4 <= length; at = sent.indexOf("\r\n\r\n", at + 4)) {
            n++;
        }
        return n;
    }

    /** The first read after SIGTERM that ends a request is the last that is answered. */
    private static String untilSigterm(Client client) {
        if (client.readsAtSigterm < 0) {
            return responses(client.sent);
        }
        int read = 0;
        int answers = 0;
        for (int i = 0; i <= client.reads.size(); i++) {
            int before = answers;
            boolean atOnce = i == client.readsAtSigterm && read < client.sentAtSigterm;
            read = i < client.reads.size() ? read + client.reads.get(i) : client.sent.length();
            answers = requests(client.sent, read);
            boolean goesOn = i < client.readsAtSigterm // before, or with SIGTERM, and the server need not know
                    || atOnce && client.got().startsWith(RESPONSE.repeat(answers));
            if (answers > before && !goesOn) {
                return RESPONSE.repeat(answers - 1) + LAST_RESPONSE;
            }
        }
        return RESPONSE.repeat(answers);
    }
}
