package tcp.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A TCP network in memory, with one host: the servers on it use it through {@link #provider},
 * tests through {@link #connect} and the {@link Peer} it returns. Nothing is left to chance, and
 * time stands still unless {@link #advance} is called. One lock, this object's, guards it all.
 */
public final class Network {
    private static final int FIRST_EPHEMERAL_PORT = 50_001;
    /** As many ready keys, or other calls, may come to nothing in a row. */
    private static final int MOST_FRUITLESS = 100;
    /** As many calls may follow one action of a client. */
    private static final int MOST_CALLS = 1_000_000;

    final Map<Integer, Listener> listeners = new LinkedHashMap<>();
    int sendBuffer = 64 * 1024;
    int receiveBuffer = 64 * 1024;
    private int peerReceiveBuffer = 64 * 1024;
    private final SimulatedSelectorProvider provider;
    private Schedule schedule = new Schedule() {};
    private final TreeSet<String> notSimulated = new TreeSet<>();
    private List<Call> calls = new ArrayList<>();
    private boolean logging = true;
    private int peers;
    private int descriptors;
    private int mostDescriptors = Integer.MAX_VALUE;
    private long now; // ns

    // Who sleeps, and whether that is well.
    private boolean asleep;
    private boolean ended;
    private Throwable failure;
    private String spinning;
    private int fruitless;
    private int callsSinceAction;
    private int changes;

    /** A network of its own, with nothing on it. */
    public Network() {
        provider = new SimulatedSelectorProvider(this);
    }

    Network(SimulatedSelectorProvider provider) {
        this.provider = provider;
    }

    /** Where the server's selectors and channels come from. */
    public SimulatedSelectorProvider provider() {
        return provider;
    }

    // What a test decides.

    /** Asked from now on, instead of doing nothing special. */
    public synchronized Network schedule(Schedule decides) {
        schedule = decides;
        return this;
    }

    /**
     * Sizes of the buffers of connections made from now on, in bytes; 64 KiB each by default.
     *
     * @param send the server's send buffer
     * @param receive the server's receive buffer
     * @param peerReceive the peer's receive buffer
     */
    public synchronized Network buffers(int send, int receive, int peerReceive) {
        sendBuffer = send;
        receiveBuffer = receive;
        peerReceiveBuffer = peerReceive;
        return this;
    }

    /** How many descriptors the server may have open; accept() and open() fail beyond. */
    public synchronized Network limitDescriptors(int most) {
        mostDescriptors = most;
        return this;
    }

    /** Whether calls are kept for {@link #calls}; they are by default. */
    public synchronized Network logging(boolean on) {
        logging = on;
        return this;
    }

    /** A client connects to a port. It sends and reads although nobody has accepted it yet. */
    public synchronized Peer connect(int port) {
        Peer client = newPeer();
        connect(client.end, port);
        acted();
        return client;
    }

    private Peer newPeer() {
        String name = "";
        for (int i = peers; i >= 0; i = i / 26 - 1) {
            name = (char) ('A' + i % 26) + name;
        }
        return new Peer(this, name, FIRST_EPHEMERAL_PORT + peers++, peerReceiveBuffer);
    }

    /** Time goes on; whoever slept until then wakes up. */
    public synchronized void advance(long nanos) {
        now += nanos;
        acted();
    }

    /** The network's clock in nanoseconds: 0 at first. */
    public synchronized long now() {
        return now;
    }

    /** What the server has called, oldest first. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** Descriptors that the server has open: selectors, listeners and connections. */
    public synchronized int descriptors() {
        return descriptors;
    }

    /** Ports on which the server listens. */
    public synchronized List<Integer> ports() {
        return List.copyOf(listeners.keySet());
    }

    /** What the server has used that this network does not do as a real one; best empty. */
    public synchronized List<String> notSimulated() {
        return List.copyOf(notSimulated);
    }

    /** Forgets calls and names: the next client is A again. For the next test of a server. */
    public synchronized void forget() {
        calls = new ArrayList<>();
        peers = 0;
        notSimulated.clear();
        acted();
    }

    // Running a server and waiting for it.

    /** What may throw anything, as a server's run(). */
    public interface Body {
        /** Runs until the server has ended. */
        void run() throws Throwable;
    }

    /** Runs a server in a thread of its own. */
    public synchronized Thread start(Body body) {
        ended = false;
        failure = null;
        Thread thread = new Thread(
                () -> {
                    Throwable thrown = null;
                    try {
                        body.run();
                    } catch (Throwable e) {
                        thrown = e;
                    }
                    synchronized (this) {
                        ended = true;
                        failure = thrown;
                        Handover.signal(this);
                    }
                },
                "server");
        thread.setDaemon(true);
        asleep = false;
        thread.start();
        return thread;
    }

    /**
     * Waits until the server has done all that it can: it sleeps, has ended, or spins.
     *
     * @throws IllegalStateException it has not slept or called anything for 10 s
     */
    public synchronized void awaitQuiet() throws InterruptedException {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!asleep && !ended && spinning == null) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new IllegalStateException("The server has not gone to sleep for 10 s; its last call was "
                        + (calls.isEmpty() ? "none" : calls.get(calls.size() - 1)));
            }
            Handover.await(this, left);
        }
    }

    /** Whether the server sleeps, with nothing to do. */
    public synchronized boolean isAsleep() {
        return asleep;
    }

    /** Whether the server started by {@link #start} has ended. */
    public synchronized boolean hasEnded() {
        return ended;
    }

    /** What has left the server's run(); null: nothing. */
    public synchronized Throwable failure() {
        return failure;
    }

    /** How the server is busy with nothing; null: it is not. */
    public synchronized String spinning() {
        return spinning;
    }

    // What channels and selectors ask for.

    void connect(Endpoint client, int port) {
        Listener listener = listeners.get(port);
        client.connecting = true;
        if (listener == null) {
            client.refuse();
        } else {
            listener.connect(client);
        }
    }

    int freePort() {
        int port = 40_000;
        while (listeners.containsKey(port)) {
            port++;
        }
        return port;
    }

    void openDescriptors(int n) throws IOException {
        if (descriptors + n > mostDescriptors) {
            throw new IOException("Too many open files");
        }
        descriptors += n;
    }

    void closeDescriptors(int n) {
        descriptors -= n;
    }

    /** Before a call, and outside the lock: the schedule may do anything. */
    void before(Call.Kind kind, String channel) throws IOException {
        if (++callsSinceAction > MOST_CALLS) {
            spin("it made %,d calls since a client did something".formatted(MOST_CALLS));
        }
        schedule.before(kind, channel);
    }

    int limit(Call.Kind kind, String channel, int possible) {
        return possible <= 0 ? 0 : schedule.limit(kind, channel, possible);
    }

    /** After a call: notes it, and whether it got anywhere. */
    void after(Call.Kind kind, String channel, long result, String detail, boolean progress) {
        Call call = new Call(kind, channel, result, detail);
        if (logging) {
            calls.add(call);
        }
        schedule.after(call);
        if (progress) {
            fruitless = 0;
            changed();
        } else if (kind.compareTo(Call.Kind.WAKEUP) < 0 && ++fruitless > MOST_FRUITLESS) {
            spin("%,d calls in a row came to nothing, the last was %s".formatted(MOST_FRUITLESS, call));
        }
    }

    private void spin(String how) {
        spinning = how;
        Handover.signal(this);
        schedule.spinning(how);
    }

    /** Something has changed that may make a key ready. */
    void changed() {
        changes++;
        if (asleep) {
            asleep = false;
            Handover.signal(this);
        }
    }

    /** A client or the clock has done something. */
    void acted() {
        fruitless = 0;
        callsSinceAction = 0;
        changed();
    }

    /** How often something has changed: what to give to sleep(). */
    synchronized int changes() {
        return changes;
    }

    /**
     * Sleeps until something has changed that the caller has not seen, or it is interrupted.
     *
     * @param until the time at which it wants to be woken; -1: no limit
     */
    void sleep(long until, int seen) {
        if (schedule.asleep(until == -1 ? -1 : until - now)) {
            return;
        }
        synchronized (this) {
            asleep = changes == seen;
            if (asleep) {
                Handover.signal(this);
            }
            while (asleep && !Thread.currentThread().isInterrupted()) {
                try {
                    Handover.await(this, 0);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            asleep = false;
        }
    }

    /** Thread.sleep() on this network's clock. */
    public void sleep(long nanos) throws InterruptedException {
        long until = now() + nanos;
        while (now() < until) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            sleep(until, changes());
        }
    }

    synchronized void notSimulated(String what) {
        notSimulated.add(what);
    }

    UnsupportedOperationException unsupported(String what) {
        notSimulated(what);
        return new UnsupportedOperationException("The simulated network has no " + what);
    }
}
