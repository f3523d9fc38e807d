package tcp.simulation.story;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import tcp.simulation.Call;
import tcp.simulation.Network;
import tcp.simulation.Schedule;
import tcp.simulation.story.Action.What;
import tcp.simulation.story.Failure.Kind;

/**
 * Plays stories to a server, one after the other, on the server's own thread: whenever it sleeps in
 * select(), or makes the call that an action waits for. So nothing depends on how threads are scheduled.
 */
final class Run implements Schedule {
    static final int BUFFER = 64 * 1024;
    /** In one story: far more than a server needs that gets anywhere. */
    private static final int MOST_CALLS = 50_000;
    /** A server that catches every Throwable is left asleep after so many. */
    private static final int MOST_STOPS = 20;
    /** What may be sent to a server by a client that takes no answer. */
    private static final int MOST_UNANSWERED = 256 * 1024;

    // Without a call it is stuck after so much CPU time in ns, or so many looks, 100 ms apart, at a thread that waits.
    private static final long MOST_CPU = 2_000_000_000;
    private static final int MOST_WAITS = 50;

    private final Contract contract;
    private final ServerFactory servers;
    private final Iterator<Story> stories;
    private final Network network = new Network().logging(false).schedule(this);
    private final TreeSet<String> notSimulated = new TreeSet<>();

    // Of this server.
    private final List<Story> before = new ArrayList<>();
    private int storiesLeft;
    private int baseline; // descriptors

    // Of this story.
    private Story story;
    private List<Action> actions = List.of();
    private int next;
    private final List<Client> clients = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Integer> callsBefore = new ArrayList<>();
    private final List<String> moments = new ArrayList<>();
    private int callsSinceAction;
    private int callsInStory;
    private long timeLeft; // ns, of an action that lets time pass
    private boolean withoutDescriptors;

    private int stops;
    private boolean stopped;
    private volatile boolean parked;
    private volatile long progress;
    private volatile Failure failure;
    private volatile int played;

    Run(Contract contract, ServerFactory servers, Iterator<Story> stories) {
        this.contract = contract;
        this.servers = servers;
        this.stories = stories;
    }

    /** Plays them until one fails; null: none does. */
    Failure play() throws InterruptedException {
        Thread thread = new Thread(this::serve, "server");
        thread.setDaemon(true);
        thread.start();
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long seen = -1;
        long cpu = 0;
        long waits = 0;
        while (thread.isAlive() && !parked) {
            boolean waiting = thread.getState() != Thread.State.RUNNABLE;
            if (progress != seen) {
                seen = progress;
                cpu = clock.getThreadCpuTime(thread.getId());
                waits = 0;
            } else if (clock.getThreadCpuTime(thread.getId()) - cpu > MOST_CPU || waiting && ++waits > MOST_WAITS) {
                stuck(thread.getStackTrace());
                break;
            }
            thread.join(100);
        }
        return failure;
    }

    /** How many stories have been played to their end. */
    int played() {
        return played;
    }

    /** What the servers have used that the network does not simulate. */
    List<String> notSimulated() {
        return List.copyOf(notSimulated);
    }

    private void stuck(StackTraceElement[] stack) {
        StringBuilder where = new StringBuilder();
        for (StackTraceElement element : stack) {
            boolean own = !element.getClassName().startsWith("java.")
                    && !element.getClassName().startsWith("jdk.");
            if (own && where.length() == 0) {
                where.append(" It is in ").append(element);
            }
        }
        failure = failed(Kind.STUCK, "The server calls nothing, and does not return." + where, null);
    }

    private void serve() {
        try {
            while (failure == null && stories.hasNext()) {
                before.clear();
                story = null;
                stopped = false;
                stops = 0;
                storiesLeft = contract.storiesPerServer();
                serve(servers.open(network));
            }
        } catch (Throwable e) {
            ended("The server could not be made: " + e, e);
        }
    }

    private void serve(ServerFactory.Server server) {
        try {
            server.run();
            ended("run() has returned, and nobody has closed the server.", null);
        } catch (Stop e) {
            // The stories are over, or one has failed.
        } catch (Throwable e) {
            ended("The server's loop has ended: " + e, e);
        }
        if (failure == null) {
            try {
                server.close();
            } catch (Throwable e) {
                ended("close() has failed: " + e, e);
            }
            if (network.descriptors() > 0 || !network.ports().isEmpty()) {
                fail(
                        Kind.LEAKS,
                        "close() has returned, and %d descriptors are still open.".formatted(network.descriptors()));
            }
        }
    }

    private void ended(String how, Throwable e) {
        if (!stopped) {
            fail(Kind.LOOP_ENDED, how, e);
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
                // and on
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
        }
        if (++callsInStory > MOST_CALLS) {
            spinning("%,d calls, and the story is not over".formatted(MOST_CALLS));
        }
        callsSinceAction++;
        if (next < actions.size()
                && actions.get(next).call() > 0
                && callsSinceAction >= actions.get(next).call()) {
            performNext(channel == null ? kind + "()" : kind + "(" + channel + ")");
        }
        if (kind == Call.Kind.SET_OPTION && client(channel).optionFails) {
            client(channel).optionFails = false;
            throw new IOException("Invalid argument");
        }
    }

    @Override
    public void after(Call call) {
        calls.add(call);
        if (call.kind() == Call.Kind.ACCEPT && call.detail().startsWith("client ")) {
            client(call.detail().substring(7)).accepted = true;
        } else if (call.kind() == Call.Kind.READ && call.result() > 0) {
            client(call.channel()).reads.add((int) call.result());
        }
    }

    @Override
    public int limit(Call.Kind kind, String channel, int possible) {
        Client client = client(channel);
        Integer limit = (kind == Call.Kind.READ ? client.readLimits : client.writeLimits).poll();
        return limit == null ? possible : Math.min(limit, possible);
    }

    @Override
    public void spinning(String how) {
        fail(Kind.SPINS, "The server is busy with nothing: " + how + ".");
    }

    @Override
    public boolean asleep(long nanos) {
        progress++;
        if (stopped) {
            throw stop();
        }
        if (timeLeft > 0) {
            long step = nanos < 0 ? timeLeft : Math.min(timeLeft, nanos);
            timeLeft -= step;
            network.advance(step);
            return true;
        }
        if (story == null) {
            baseline = network.descriptors();
            begin();
        } else {
            check();
        }
        while (true) {
            if (next < actions.size()) {
                if (performNext(null)) {
                    return true;
                }
            } else {
                end();
            }
        }
    }

    private void begin() {
        if (!stories.hasNext()) {
            throw stop();
        }
        story = stories.next();
        actions = new ArrayList<>(story.actions());
        actions.addAll(story.ending());
        next = 0;
        clients.clear();
        calls.clear();
        callsBefore.clear();
        moments.clear();
        callsInStory = 0;
        withoutDescriptors = false;
        notSimulated.addAll(network.notSimulated());
        network.forget();
        network.buffers(BUFFER, BUFFER, BUFFER);
    }

    private void end() {
        int left = network.descriptors() - baseline;
        if (left != 0) {
            fail(
                    Kind.LEAKS,
                    "All clients have left, and the server has %d descriptors more open than at first."
                            .formatted(left));
        }
        played++;
        before.add(story);
        if (--storiesLeft == 0) {
            throw stop();
        }
        begin();
    }

    private Client client(String name) {
        return client(Action.number(name));
    }

    private Client client(int number) {
        while (clients.size() <= number) {
            clients.add(new Client(Action.name(clients.size())));
        }
        return clients.get(number);
    }

    /** The next action, and those that come at once with it. False: the network has only made choices. */
    private boolean performNext(String moment) {
        boolean happens = false;
        callsSinceAction = 0;
        do {
            callsBefore.add(calls.size());
            moments.add(moment);
            happens |= !actions.get(next).what().isChoice();
            perform(actions.get(next++));
        } while (next < actions.size() && actions.get(next).call() == Action.AT_ONCE);
        return happens;
    }

    private void perform(Action action) {
        int n = (int) action.number();
        Client client = action.what() == What.PASS ? null : client(action.client());
        switch (action.what()) {
            case CONNECTS -> client.peer = network.connect(network.ports().get(0));
            case SENDS, SENDS_MANY -> {
                String text = action.text().repeat(action.what() == What.SENDS ? 1 : n);
                client.sent.append(text);
                client.peer.send(text.getBytes(StandardCharsets.ISO_8859_1));
            }
            case STOPS_READING -> {
                client.reading = false;
                client.peer.stopReading();
            }
            case TAKES -> client.peer.take(n);
            case READS_ON -> {
                client.reading = true;
                client.peer.startReading();
            }
            case HALF_CLOSES -> {
                client.halfClosed = true;
                client.peer.shutdownOutput();
            }
            case CLOSES -> {
                client.gone = true;
                client.peer.close();
            }
            case RESETS -> {
                client.gone = true;
                client.peer.reset();
            }
            case PASS -> {
                timeLeft = action.number() * 1_000_000;
                withoutDescriptors &= descriptorsLimited;
            }
            case READ_GIVES -> client.readLimits.add(Math.max(n, 1));
            case WRITE_TAKES -> client.writeLimits.add(n);
            case OPTION_FAILS -> client.optionFails = true;
            case BUFFERS -> network.buffers(n, n, n);
            case NO_DESCRIPTORS, DESCRIPTORS -> {
                descriptorsLimited = action.what() == What.NO_DESCRIPTORS;
                withoutDescriptors = true;
                network.limitDescriptors(descriptorsLimited ? network.descriptors() : Integer.MAX_VALUE);
            }
        }
    }

    private boolean descriptorsLimited;

    // What must hold when the server sleeps.

    private void check() {
        for (Client client : clients) {
            if (client.peer != null && !client.gone && (client.accepted || !withoutDescriptors)) {
                check(client);
            }
        }
    }

    private void check(Client client) {
        String expected = contract.answer(client);
        if (expected == null) {
            return;
        }
        String name = client.name;
        String got = client.got();
        String wanted = expected.isEmpty() ? "nothing" : bytes(expected);
        if (client.peer.isRefused()) {
            fail(Kind.REFUSED, name + " could not connect.");
        } else if (!expected.startsWith(got)) {
            boolean more = got.startsWith(expected);
            int at = 0;
            while (!more && got.charAt(at) == expected.charAt(at)) {
                at++;
            }
            String difference = more ? "" : ", which differ from byte " + (at + 1) + " on";
            fail(
                    more ? Kind.MORE : Kind.WRONG_BYTES,
                    "%s has got %s%s; expected: %s.".formatted(name, bytes(got), difference, wanted));
        }
        if (client.peer.isReset() && !contract.mayReset()) {
            fail(
                    Kind.RESET,
                    "The server has reset %s's connection. %s has got %s; expected: %s."
                            .formatted(name, name, got.isEmpty() ? "nothing" : bytes(got), wanted));
        }
        if (!client.reading) {
            if (client.sent.length() > MOST_UNANSWERED
                    && client.peer.unsent() == 0
                    && expected.length() > client.sent.length()) {
                fail(
                        Kind.NO_BACK_PRESSURE,
                        "The server has read all %,d bytes of %s, which takes no answers."
                                .formatted(client.sent.length(), name));
            }
            return;
        }
        boolean ended = client.peer.isAtEnd() || client.peer.isReset();
        boolean all = got.length() == expected.length();
        if (!all || ended != contract.ends(client)) {
            Kind kind = ended ? Kind.EARLY_END : all ? Kind.NO_END : Kind.SILENT;
            fail(
                    kind,
                    "The server sleeps. %s has got %s%s; expected: %s%s."
                            .formatted(
                                    name,
                                    got.isEmpty() ? "nothing" : bytes(got),
                                    ended ? " and end of stream" : "",
                                    wanted,
                                    contract.ends(client) ? " and end of stream" : ", and the connection open"));
        }
    }

    private static String bytes(String text) {
        int most = 60;
        String quoted = Action.quoted(text.length() > most ? text.substring(0, most) : text);
        return text.length() + " bytes, " + quoted + (text.length() > most ? "…" : "");
    }

    private void fail(Kind kind, String what) {
        fail(kind, what, null);
        throw stop();
    }

    private void fail(Kind kind, String what, Throwable thrown) {
        if (failure == null) {
            failure = failed(kind, what, thrown);
        }
    }

    private Failure failed(Kind kind, String what, Throwable thrown) {
        List<Failure.Step> steps = new ArrayList<>();
        for (int i = 0; i < moments.size(); i++) {
            int to = i + 1 < moments.size() ? callsBefore.get(i + 1) : calls.size();
            steps.add(new Failure.Step(
                    actions.get(i), moments.get(i), List.copyOf(calls.subList(callsBefore.get(i), to))));
        }
        List<Action> done = story == null
                ? List.of()
                : actions.subList(0, Math.min(next, story.actions().size()));
        return new Failure(kind, new Story(done), List.copyOf(steps), what, thrown, List.copyOf(before));
    }
}
