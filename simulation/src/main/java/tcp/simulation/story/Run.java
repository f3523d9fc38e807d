package tcp.simulation.story;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import tcp.simulation.Call;
import tcp.simulation.Network;
import tcp.simulation.story.Action.What;
import tcp.simulation.story.Contract.Trait;
import tcp.simulation.story.Failure.Kind;

/** Plays stories to a server, one after the other, until its contract is broken. */
final class Run extends Player {
    private static final int STORIES_OF_A_SERVER = 500;
    /** So many servers are closed from another thread; later ones when run() has ended, which is faster. */
    private static final int CLOSED_OUTSIDE = 2;
    /** In one story: far more than a server needs that gets anywhere. */
    private static final int MOST_CALLS = 50_000;

    /** A server that catches every Throwable is left asleep after so many. */
    private static final int MOST_STOPS = 20;
    /** Reads from one client, while another waits; a round of the loop has one. */
    private static final int MOST_PASSED = 12;
    /** Clients for which that is counted. */
    private static final int MOST_WATCHED = 10;
    // How soon a server must end, in ns.
    private static final long GRACE = 1_000_000_000;
    private static final long SLACK = 500_000_000;
    /** Bytes that a server may read from a client that takes no answer. */
    private static final int MOST_UNANSWERED = 256 * 1024;

    // Without a call it is stuck after so much CPU time in ns, or so many looks at threads that wait.
    private static final long MOST_CPU = 2_000_000_000;
    private static final int MOST_WAITS = 10;

    private final Contract contract;
    private final ServerFactory factory;
    private final Iterator<Story> stories;
    private final TreeSet<String> notSimulated = new TreeSet<>();
    private volatile Failure failure;
    private volatile int played;
    private volatile long progress;

    // Of one server.
    private int closings; // of servers that nothing else has ended
    private final List<Story> before = new ArrayList<>();
    private ServerFactory.Server server;
    private volatile Thread serving;
    private Thread closer;
    private volatile Throwable closeFailed;
    private volatile boolean closing;
    private volatile boolean parked;
    private boolean stopped;
    private boolean ended; // by itself, since it had to
    private int stops;
    private int baseline; // descriptors
    private BooleanSupplier others = () -> false;

    // Of one story.
    private Story story;
    private final List<Failure.Step> steps = new ArrayList<>();
    private int callsInStory;
    private boolean resting; // the server may be waiting for descriptors still
    private What end; // what has told the server to end; null: nothing
    private long endedAt;
    private boolean allLeft;
    private boolean lookedAgain;
    private long held; // bytes read and not written
    /** How often others have had a call since a client has done anything. */
    private final Map<Client, Map<Client, Integer>> passed = new HashMap<>();

    Run(Contract contract, ServerFactory factory, Iterator<Story> stories) {
        super(new Network().logging(false));
        network.schedule(this);
        this.contract = contract;
        this.factory = factory;
        this.stories = stories;
    }

    /**
     * Plays them until one fails; null: none does.
     *
     * @param watcher is told now and then how many have been played
     */
    Failure play(IntConsumer watcher) throws InterruptedException {
        Thread thread = new Thread(this::serve, "server");
        thread.setDaemon(true);
        thread.start();
        long seen = -1;
        long cpu = 0;
        int waits = 0;
        while (thread.isAlive() && !parked) {
            Thread main = serving == null ? thread : serving;
            boolean waiting = waits(main) && (closer == null || !closing || waits(closer));
            waits = waiting && progress == seen ? waits + 1 : 0;
            if (progress != seen) {
                seen = progress;
                cpu = spent(main);
            } else if (waits > (closing ? 3 * MOST_WAITS : MOST_WAITS) || spent(main) - cpu > MOST_CPU) {
                stuck(main.getStackTrace());
                break;
            }
            watcher.accept(played);
            thread.join(100);
        }
        return failure;
    }

    /** CPU time in ns: its own, and what is spent on a heap that somebody fills. */
    private static long spent(Thread thread) {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId())
                + ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .mapToLong(collector -> TimeUnit.MILLISECONDS.toNanos(collector.getCollectionTime()))
                        .sum();
    }

    private static boolean waits(Thread thread) {
        return thread.getState() != Thread.State.RUNNABLE && thread.getState() != Thread.State.NEW;
    }

    private void stuck(StackTraceElement[] stack) {
        String where = place(stack).map(at -> " It is in " + at + ".").orElse("");
        note(
                Kind.STUCK,
                closing ? "close() does not end the loop." : "It calls nothing, and does not return." + where,
                null);
    }

    /** The innermost line of the server's own. */
    private static Optional<StackTraceElement> place(StackTraceElement[] stack) {
        return Stream.of(stack)
                .filter(frame -> !frame.getClassName().matches("(java|jdk|sun|tcp\\.simulation)\\..*"))
                .findFirst();
    }

    /** Where the server's thread, which is this one, has called Thread.sleep(), in words; "": it has not. */
    private String inThreadSleep() {
        Thread thread = Thread.currentThread();
        return network.isInThreadSleep(thread)
                ? place(thread.getStackTrace())
                        .map(at -> " in Thread.sleep(), in " + at)
                        .orElse("")
                : "";
    }

    int played() {
        return played;
    }

    List<String> notSimulated() {
        return List.copyOf(notSimulated);
    }

    private void serve() {
        boolean program = contract.traits().contains(Trait.PROGRAM);
        try {
            if (!program) {
                failToMake();
            }
            while (failure == null && stories.hasNext()) {
                before.clear();
                story = null;
                actions = List.of(); // those of a story that has ended with the last server
                next = 0;
                end = null;
                stopped = false;
                ended = false;
                closing = false;
                stops = 0;
                server = program ? factory.program(network) : factory.open(network);
                others = contract.others().apply(network);
                serveOnce();
                network.exit();
            }
        } catch (Throwable e) {
            note(Kind.LOOP_ENDED, "The server could not be made: " + e, e);
        }
    }

    /** Makes servers with too few descriptors, one more each time: of those that fail nothing may stay open. */
    private void failToMake() throws Throwable {
        int most = 0;
        for (boolean made = false; !made; most++) {
            network.limitDescriptors(most);
            try (ServerFactory.Server one = factory.open(network)) {
                made = true;
            } catch (IOException e) {
                if (network.descriptors() > 0) {
                    note(
                            Kind.CONSTRUCTOR_LEAKS,
                            "With %d descriptors left the constructor has failed, and %d are still open."
                                    .formatted(most, network.descriptors()),
                            null);
                    return;
                }
            }
        }
        network.limitDescriptors(Integer.MAX_VALUE);
    }

    private void serveOnce() throws InterruptedException {
        closer = new Thread(() -> {
            try {
                server.close();
            } catch (Throwable e) {
                closeFailed = e;
            }
        });
        closer.setDaemon(true);
        if (contract.traits().contains(Trait.PROGRAM)) { // a shutdown hook may wait until the main thread has ended
            serving = new Thread(this::run, "main");
            serving.setDaemon(true);
            serving.start();
            serving.join();
        } else {
            serving = Thread.currentThread();
            run();
        }
        if (ended) {
            ended();
        }
        Thread.interrupted();
        if (closing) {
            closer.join();
        } else if (failure == null && end != What.SIGTERM) {
            closer.run();
        }
        if (closeFailed != null) {
            note(Kind.LOOP_ENDED, "close() has failed: " + closeFailed, closeFailed);
        } else if (network.descriptors() > 0 && !contract.traits().contains(Trait.PROGRAM)) {
            note(
                    Kind.LEAKS,
                    "close() has returned, and %d descriptors are still open.".formatted(network.descriptors()),
                    null);
        }
    }

    private void run() {
        try {
            server.run();
            ended = end != null && !stopped;
            if (!ended && !closing && !stopped) {
                note(Kind.LOOP_ENDED, "run() has returned, and nobody has closed the server.", null);
            }
        } catch (Throwable e) {
            if (!stopped) {
                note(Kind.LOOP_ENDED, "The server's loop has ended: " + e, e);
            }
        }
    }

    /** Ends the server's loop, as often as it takes. */
    private static final class Stop extends Error {
        private static final long serialVersionUID = 1L;

        Stop() {
            super(null, null, false, false);
        }
    }

    private Stop stop() {
        stopped = true;
        while (++stops > MOST_STOPS) {
            parked = true;
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                // It must not go on.
            }
        }
        return new Stop();
    }

    // What the server's thread meets in its calls.

    @Override
    public void before(Call.Kind kind, String channel) throws IOException {
        progress++;
        if (stopped) {
            throw stop();
        } else if (++callsInStory > MOST_CALLS) {
            spinning("%,d calls, and the story is not over".formatted(MOST_CALLS));
        }
        if (!closing) {
            others.getAsBoolean();
        }
        super.before(kind, channel);
    }

    @Override
    public void after(Call call) {
        if (!steps.isEmpty()) {
            steps.get(steps.size() - 1).calls().add(call);
        }
        super.after(call);
        if (call.result() > 0 && (call.kind() == Call.Kind.READ || call.kind() == Call.Kind.WRITE)) {
            callsInStory = Math.max(0, callsInStory - 4); // bytes have moved: it and the calls around it had a reason
        }
        if (Action.isName(call.channel())) {
            contract.calls().accept(client(call.channel()), call);
        }
        if (call.kind() == Call.Kind.SET_OPTION && Action.isName(call.channel())) {
            client(call.channel()).noDelay |= "TCP_NODELAY true".equals(call.detail());
        } else if (call.result() > 0 && (call.kind() == Call.Kind.READ || call.kind() == Call.Kind.WRITE)) {
            held += call.kind() == Call.Kind.READ ? call.result() : -call.result();
            if (!Action.isName(call.channel())) {
                return;
            }
            Client client = client(call.channel());
            if (call.kind() == Call.Kind.WRITE) {
                checkDelay(client);
                client.sentAtWrite = client.sent.length();
                passed.remove(client);
            } else {
                served(client);
            }
        }
    }

    private void checkDelay(Client client) {
        if (!client.noDelay
                && client.sentAtWrite == client.sent.length()
                && contract.traits().contains(Trait.NO_DELAY)) {
            throw fail(Kind.DELAYED, """
                    %s gets a second write, and TCP_NODELAY is not set: what is written may wait until it has \
                    acknowledged the first.""".formatted(client.name));
        }
    }

    /** Somebody has been read from; nobody else may wait for many of these. */
    private void served(Client client) {
        passed.remove(client);
        for (int i = 0; clients.size() > 1 && clients.size() < MOST_WATCHED && i < clients.size(); i++) {
            Client other = clients.get(i);
            if (other != client
                    && other.peer != null
                    && !other.gone
                    && passed.computeIfAbsent(other, it -> new HashMap<>()).merge(client, 1, Integer::sum)
                            > MOST_PASSED) {
                passed.remove(other);
                if (other.reading && !resting && end == null && waits(other)) {
                    throw fail(
                            Kind.STARVES,
                            "%s waits, and meanwhile the server has read more than %d times from %s."
                                    .formatted(other.name, MOST_PASSED, client.name));
                }
            }
        }
    }

    private boolean waits(Client client) {
        String expected = contract.answer().apply(client);
        return expected != null
                && (expected.length() > client.got().length() || client.accepted && client.unread() > 0);
    }

    @Override
    public void spinning(String how) {
        throw fail(Kind.SPINS, "The server is busy with nothing: " + how + ".");
    }

    @Override
    public boolean asleep(long nanos) {
        if (Thread.currentThread() != serving) { // a shutdown hook's
            return false;
        }
        progress++;
        if (stopped) {
            throw stop();
        } else if (closing) {
            if (nanos >= 0) { // a server that has to end may look now and then
                network.advance(nanos);
            }
            return nanos >= 0;
        } else if (end == What.INTERRUPTED) {
            throw fail(Kind.NO_END, "The server's thread has been interrupted, and run() goes on.");
        } else if (end == What.SIGTERM && nanos < 0 && !lookedAgain) { // nobody has woken it: are they that slow?
            lookedAgain = true;
            awaitHooks(40, 5);
            return true;
        } else if (end == What.SIGTERM && network.now() - endedAt > GRACE + SLACK) {
            throw fail(
                    Kind.NO_END,
                    "%,d ms after SIGTERM the server has not ended.".formatted((network.now() - endedAt) / 1_000_000));
        } else if (others.getAsBoolean() || timePasses(nanos)) {
            return true;
        } else if (story == null) {
            baseline = network.descriptors();
            begin();
        } else {
            check();
        }
        while (hasNext() || end(nanos)) {
            if (allLeft || hasNext() && goOn(null)) {
                return true;
            }
        }
        closing = true;
        closer.start();
        return false;
    }

    private void begin() {
        story = stories.next();
        List<Action> all = new ArrayList<>(story.actions());
        all.addAll(story.ending());
        steps.clear();
        passed.clear();
        callsInStory = 0;
        allLeft = false;
        resting = false;
        held = 0;
        notSimulated.addAll(network.notSimulated());
        begin(all);
    }

    /** The story is over, and another begins. False: it was the last one for this server. */
    private boolean end(long nanos) {
        if (end == What.SIGTERM) {
            if (nanos < 0) {
                throw fail(Kind.STUCK, "Everybody has left, SIGTERM has come, and the server sleeps on, for good.");
            } else if (allLeft) {
                throw fail(Kind.NO_END, "Everybody has left, and the server has not ended, though SIGTERM has come.");
            }
            allLeft = true;
            timeLeft = SLACK;
            return true;
        }
        if (nanos >= 0 && !contract.traits().contains(Trait.HAS_DEADLINES)) {
            throw fail(
                    Kind.WAKES_FOR_NOTHING,
                    "Nobody is connected, and the server wakes up after %,d ns.".formatted(nanos));
        }
        int left = network.descriptors() - baseline;
        if (left != 0) {
            throw fail(
                    Kind.LEAKS,
                    "All clients have left, and the server has %d more descriptor%s open than at first."
                            .formatted(left, left == 1 ? "" : "s"));
        }
        played++;
        if (stories.hasNext()
                && before.size() + 1 < STORIES_OF_A_SERVER
                && !contract.traits().contains(Trait.ONE_STORY)) {
            before.add(story);
            begin();
            return true;
        } else if (++closings > CLOSED_OUTSIDE) {
            throw stop();
        }
        return false;
    }

    @Override
    protected void happens(Action action, String moment) {
        steps.add(new Failure.Step(action, moment, new ArrayList<>()));
        if (action.what().hasClient) {
            passed.remove(client(action.client()));
        }
        switch (action.what()) {
            case CONNECTS -> client(action.client()).late = end != null;
            case INTERRUPTED -> {
                end = What.INTERRUPTED;
                serving.interrupt();
            }
            case SIGTERM -> terminate();
            case PASS -> resting &= limited;
            case FEW_DESCRIPTORS, NO_DESCRIPTORS, DESCRIPTORS -> resting = true;
            case STANDS_STILL -> {
                for (Client each : clients) { // what has come in time is to be answered, and the rest is open
                    String due = each.peer == null ? null : contract.answer().apply(each);
                    each.stoodStill = due != null && due.length() > each.settled ? Client.OWED : Client.UNCLEAR;
                }
            }
            default -> {}
        }
    }

    /** Runs the shutdown hooks as far as they get without the server. */
    private void terminate() {
        end = What.SIGTERM;
        endedAt = network.now();
        for (Client client : clients) {
            client.readsAtSigterm = client.reads.size();
            client.sentAtSigterm = client.sent.length();
        }
        server.shutdownHooks().forEach(Thread::start);
        awaitHooks(2, 0);
        lookedAgain = false;
        timeLeft = 50_000_000; // a server that has to end may look now and then
        if (server.shutdownHooks().isEmpty()) { // then the process ends
            ended();
            throw stop();
        }
    }

    /** Until they have been seen so often in a row to wait, or to have ended: they may wait for a moment only. */
    private void awaitHooks(int times, long millis) {
        for (int waiting = 0; waiting < times; ) {
            Thread.yield();
            LockSupport.parkNanos(millis * 1_000_000);
            waiting = server.shutdownHooks().stream().allMatch(Run::waits) ? waiting + 1 : 0;
        }
    }

    /** The server has ended, since it had to. */
    private void ended() {
        long after = network.now() - endedAt;
        for (Client client : end == What.SIGTERM ? clients : List.<Client>of()) {
            if (client.peer != null && !client.gone && (client.accepted || !resting)) {
                String expected = contract.answer().apply(client);
                boolean whole = expected == null || client.got().length() == expected.length();
                boolean over = whole && contract.ends().test(client);
                if (!client.late && (after < GRACE && !over && !client.halfClosed || !whole && client.reading)) {
                    note(
                            Kind.EARLY_END,
                            "%,d ms after SIGTERM the process ends. %s has got %s; expected: %s%s."
                                    .formatted(
                                            after / 1_000_000,
                                            client.name,
                                            bytes(client.got(), 0),
                                            bytes(expected, 0),
                                            whole ? ", and a second for its next request" : ""),
                            null);
                }
            }
        }
        try {
            for (Thread hook : server.shutdownHooks()) {
                hook.join();
            }
        } catch (InterruptedException e) {
            note(Kind.NO_END, "A shutdown hook was interrupted.", e);
        }
        played++;
    }

    // What must hold when the server sleeps.

    private void check() {
        if (held > (long) MOST_UNANSWERED * clients.size() && contract.traits().contains(Trait.PASSES_ON)) {
            throw fail(
                    Kind.READS_ON,
                    "The server sleeps, and keeps %,d bytes that it has read and not written.".formatted(held));
        }
        int ahead = 0;
        for (Client client : clients) {
            if (client.peer != null && !client.gone) {
                client.ahead = ahead;
                if (client.accepted || !resting) {
                    check(client);
                }
                ahead += client.halfClosed ? 0 : 1;
            }
        }
    }

    private void check(Client client) {
        boolean passesOn = contract.traits().contains(Trait.PASSES_ON);
        String got = client.got();
        String expected = contract.answer().apply(client);
        if (expected == null || client.late) {
            return;
        }
        boolean all = got.length() == expected.length();
        if (all && got.length() > client.settled) {
            client.settled = got.length();
            client.settledAt = network.now();
            client.stoodStill = 0;
        }
        client.idle = network.now() - client.settledAt + 1;
        boolean cutOff = contract.cutsOff().test(client);
        client.idle -= 2_000_000; // who sleeps by the ms may wake up at the very moment, or one later
        boolean justNow = cutOff && !contract.cutsOff().test(client);
        if (justNow || cutOff && client.stoodStill == Client.UNCLEAR) {
            return;
        }
        cutOff &= client.stoodStill != Client.OWED;
        boolean ends = cutOff || contract.ends().test(client);
        int same = 0;
        while (same < Math.min(got.length(), expected.length()) && got.charAt(same) == expected.charAt(same)) {
            same++;
        }
        boolean wrong = same < got.length() && same < expected.length();
        Kind kind = wrong ? Kind.WRONG_BYTES : kind(client, got.length() - expected.length(), ends, cutOff);
        if (kind == null && contract.traits().contains(Trait.READS_ALL)) {
            if (!client.closed && client.unread() > 0) {
                throw fail(
                        Kind.SILENT,
                        "The server sleeps, and has not read %,d of the bytes that %s has sent."
                                .formatted(client.unread(), client.name));
            }
        } else if (kind == null && !client.reading && !cutOff && !passesOn && readsOn(client, expected)) {
            throw fail(
                    Kind.READS_ON,
                    "%s takes no answers, and the server has read all %,d bytes of it."
                            .formatted(client.name, client.sent.length()));
        } else if (kind != null) {
            String end = client.peer.isReset() ? " and a reset" : client.peer.isAtEnd() ? " and end of stream" : "";
            String sleep = inThreadSleep();
            throw fail(
                    sleep.isEmpty() ? kind : Kind.SLEEPS,
                    "The server sleeps%s. %s has got %s%s%s; expected: %s, and %s."
                            .formatted(
                                    sleep,
                                    client.name,
                                    bytes(got, same),
                                    end,
                                    wrong ? ", wrong from byte " + (same + 1) + " on" : "",
                                    bytes(expected, same),
                                    cutOff ? "the connection closed" : ends ? "end of stream" : "the connection open"));
        }
    }

    /** What is wrong; null: nothing. */
    private static Kind kind(Client client, int tooMany, boolean ends, boolean cutOff) {
        boolean reset = client.peer.isReset();
        boolean ended = reset || client.peer.isAtEnd();
        if (!client.peer.isConnected()) {
            return Kind.REFUSED;
        } else if (tooMany > 0 || reset && !cutOff) {
            return tooMany > 0 ? Kind.MORE : Kind.RESET;
        } else if (!client.reading) { // it does not see what has come
            return cutOff && !client.closed ? Kind.NO_END : null;
        } else if (ended) {
            return ends && (tooMany == 0 || cutOff) ? null : Kind.EARLY_END;
        }
        return tooMany < 0 ? Kind.SILENT : ends ? Kind.NO_END : null;
    }

    /** Whether it was read to its end though it takes no answers, and they fit nowhere. */
    private static boolean readsOn(Client client, String expected) {
        return client.sent.length() > MOST_UNANSWERED
                && client.peer.unsent() == 0
                && expected.length() > client.sent.length();
    }

    /** Its length, and so much of it that one sees the difference. */
    private static String bytes(String text, int from) {
        int start = from < text.length() ? Math.max(0, from - 20) : 0;
        int end = Math.min(text.length(), start + 60);
        String part =
                (start > 0 ? "…" : "") + Action.quoted(text.substring(start, end)) + (end < text.length() ? "…" : "");
        return text.isEmpty() ? "nothing" : text.length() + (text.length() == 1 ? " byte " : " bytes ") + part;
    }

    private static String seen(Client client) {
        return client.got() + (client.peer.isReset() ? Failure.RESET : client.peer.isAtEnd() ? Failure.END : "");
    }

    private Stop fail(Kind kind, String what) {
        note(kind, what, null);
        return stop();
    }

    private void note(Kind kind, String what, Throwable thrown) {
        if (failure == null) {
            List<Action> done = story == null
                    ? List.of()
                    : actions.subList(0, Math.min(next, story.actions().size()));
            List<String> seen = clients.stream()
                    .filter(client -> client.peer != null)
                    .map(Run::seen)
                    .toList();
            failure = new Failure(kind, new Story(done), List.copyOf(steps), what, thrown, List.copyOf(before), seen);
        }
    }
}
