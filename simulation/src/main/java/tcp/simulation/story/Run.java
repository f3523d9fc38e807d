package tcp.simulation.story;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import tcp.simulation.Call;
import tcp.simulation.Network;
import tcp.simulation.story.Contract.Trait;
import tcp.simulation.story.Failure.Kind;

/** Plays stories to a server, one after the other, until its contract is broken. */
final class Run extends Player {
    private static final int STORIES_OF_A_SERVER = 500;
    /** So many servers are closed from another thread; later ones when run() has ended, which is faster. */
    private static final int CLOSED_OUTSIDE = 2;
    /** In one story: far more than a server needs that gets anywhere. */
    private static final int MOST_CALLS = 50_000;

    private static final long SHORTEST_SLEEP = 10_000_000; // ns, when there is nothing to do
    /** A server that catches every Throwable is left asleep after so many. */
    private static final int MOST_STOPS = 20;
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
    private int servers;
    private final List<Story> before = new ArrayList<>();
    private Thread closer;
    private volatile Throwable closeFailed;
    private volatile boolean closing;
    private volatile boolean parked;
    private boolean stopped;
    private int stops;
    private int baseline; // descriptors

    // Of one story.
    private Story story;
    private final List<Failure.Step> steps = new ArrayList<>();
    private int callsInStory;
    private boolean resting; // the server may be waiting for descriptors still

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
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long seen = -1;
        long cpu = 0;
        int waits = 0;
        while (thread.isAlive() && !parked) {
            boolean waiting = waits(thread) && (closer == null || !closing || waits(closer));
            waits = waiting && progress == seen ? waits + 1 : 0;
            if (progress != seen) {
                seen = progress;
                cpu = clock.getThreadCpuTime(thread.getId());
            } else if (waits > MOST_WAITS || clock.getThreadCpuTime(thread.getId()) - cpu > MOST_CPU) {
                stuck(thread.getStackTrace());
                break;
            }
            watcher.accept(played);
            thread.join(100);
        }
        return failure;
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
    private static String inThreadSleep() {
        StackTraceElement[] stack = Thread.currentThread().getStackTrace();
        boolean sleeps = Stream.of(stack)
                .anyMatch(frame -> frame.getClassName().endsWith(".ServerSystem")
                        && frame.getMethodName().equals("sleep"));
        return sleeps ? place(stack).map(at -> " in Thread.sleep(), in " + at).orElse("") : "";
    }

    int played() {
        return played;
    }

    List<String> notSimulated() {
        return List.copyOf(notSimulated);
    }

    private void serve() {
        try {
            while (failure == null && stories.hasNext()) {
                before.clear();
                story = null;
                stopped = false;
                closing = false;
                stops = 0;
                servers++;
                serve(factory.open(network));
            }
        } catch (Throwable e) {
            note(Kind.LOOP_ENDED, "The server could not be made: " + e, e);
        }
    }

    private void serve(ServerFactory.Server server) throws InterruptedException {
        closer = new Thread(() -> {
            try {
                server.close();
            } catch (Throwable e) {
                closeFailed = e;
            }
        });
        closer.setDaemon(true);
        try {
            server.run();
            if (!closing && !stopped) {
                note(Kind.LOOP_ENDED, "run() has returned, and nobody has closed the server.", null);
            }
        } catch (Throwable e) {
            if (!stopped) {
                note(Kind.LOOP_ENDED, "The server's loop has ended: " + e, e);
            }
        }
        if (closing) {
            closer.join();
        } else if (failure == null) {
            closer.run();
        }
        if (closeFailed != null) {
            note(Kind.LOOP_ENDED, "close() has failed: " + closeFailed, closeFailed);
        } else if (network.descriptors() > 0) {
            note(
                    Kind.LEAKS,
                    "close() has returned, and %d descriptors are still open.".formatted(network.descriptors()),
                    null);
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
        super.before(kind, channel);
    }

    @Override
    public void after(Call call) {
        if (!steps.isEmpty()) {
            steps.get(steps.size() - 1).calls().add(call);
        }
        super.after(call);
    }

    @Override
    public void spinning(String how) {
        throw fail(Kind.SPINS, "The server is busy with nothing: " + how + ".");
    }

    @Override
    public boolean asleep(long nanos) {
        progress++;
        if (stopped) {
            throw stop();
        } else if (closing) {
            return false;
        } else if (timePasses(nanos)) {
            return true;
        } else if (story == null) {
            baseline = network.descriptors();
            begin();
        } else {
            check();
        }
        while (hasNext() || end(nanos)) {
            if (hasNext() && goOn(null)) {
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
        callsInStory = 0;
        resting = false;
        notSimulated.addAll(network.notSimulated());
        begin(all);
    }

    /** The story is over, and another begins. False: it was the last one for this server. */
    private boolean end(long nanos) {
        if (nanos >= 0 && nanos < SHORTEST_SLEEP) {
            throw fail(
                    Kind.WAKES_FOR_NOTHING,
                    "Nobody is connected, and the server wakes up after %,d ns.".formatted(nanos));
        }
        int left = network.descriptors() - baseline;
        if (left != 0) {
            throw fail(
                    Kind.LEAKS,
                    "All clients have left, and the server has %d descriptors more open than at first."
                            .formatted(left));
        }
        played++;
        if (stories.hasNext()
                && before.size() + 1 < STORIES_OF_A_SERVER
                && !contract.traits().contains(Trait.ONE_STORY)) {
            before.add(story);
            begin();
            return true;
        } else if (servers > CLOSED_OUTSIDE) {
            throw stop();
        }
        return false;
    }

    @Override
    protected void happens(Action action, String moment) {
        steps.add(new Failure.Step(action, moment, new ArrayList<>()));
        switch (action.what()) {
            case PASS -> resting &= limited;
            case NO_DESCRIPTORS, DESCRIPTORS -> resting = true;
            case STANDS_STILL -> {
                for (Client each : clients) { // what has come in time is to be answered, and the rest is open
                    String due = each.peer == null ? null : contract.answer().apply(each);
                    each.stoodStill = due != null && due.length() > each.settled ? Client.OWED : Client.UNCLEAR;
                }
            }
            default -> {}
        }
    }

    // What must hold when the server sleeps.

    private void check() {
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
        String got = client.got();
        String expected = contract.answer().apply(client);
        if (expected == null) {
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
        if (kind == null && !client.reading && !cutOff && readsOn(client, expected)) {
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
                                    ends ? "end of stream" : "the connection open"));
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
        } else if (!client.reading && !(cutOff && client.peer.unsent() > 0)) {
            return null; // it does not see what has come
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
        return text.isEmpty() ? "nothing" : text.length() + " bytes " + part;
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
            failure = new Failure(kind, new Story(done), List.copyOf(steps), what, thrown, List.copyOf(before));
        }
    }
}
