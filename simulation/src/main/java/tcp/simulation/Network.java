package tcp.simulation;

import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A TCP network in memory. Servers use it through the channels of its {@link #provider}, tests through
 * {@link #connect} and the {@link Peer} that it returns. Nothing is left to chance: what a real network decides, the
 * {@link Schedule} does, and time stands still but for {@link #advance}. One lock, this object, guards it all.
 */
public final class Network {
    static final long FOREVER = -1;

    private static final int FIRST_FREE_PORT = 40_000;
    private static final int FIRST_CLIENT_PORT = 50_001;
    private static final int MOST_FRUITLESS = 100; // calls in a row
    private static final int MOST_CALLS = 1_000_000; // after one action of a client
    private static final int MOST_THROWN = 10; // then the thread is parked
    private static final long PATIENCE = 10_000_000_000L; // ns

    int sendBuffer = 64 * 1024;
    int receiveBuffer = 64 * 1024;
    boolean dropsResetClients;
    private int peerReceiveBuffer = 64 * 1024;
    private int mostDescriptors = Integer.MAX_VALUE;
    private Schedule schedule = new Schedule() {};
    private boolean logging = true;

    private final SimulatedSelectorProvider provider;
    private final List<Listener> listeners = new ArrayList<>();
    private final Set<String> notSimulated = new LinkedHashSet<>();
    private List<Call> calls = new ArrayList<>();
    private int peers;
    private int sockets;
    private int descriptors;
    private long now; // ns
    private int changes;

    private Thread server; // the one that reads, writes and selects
    private boolean asleep;
    private final Set<Thread> inThreadSleep = new HashSet<>();
    private boolean ended;
    private Throwable failure;
    private String spinning;
    private int thrown;
    private int fruitless;
    private long excused; // calls without progress that may still come of the last read
    private Call fruitlessCall;
    private int callsSinceAction;

    /** A network with nobody on it. */
    public Network() {
        provider = new SimulatedSelectorProvider(this);
    }

    Network(SimulatedSelectorProvider provider) {
        this.provider = provider;
    }

    /** Where a server's selectors and channels come from. */
    public SimulatedSelectorProvider provider() {
        return provider;
    }

    // What a test decides

    /** Decides from now on what is left to chance. */
    public synchronized Network schedule(Schedule decides) {
        schedule = decides;
        return this;
    }

    /**
     * Sizes of the buffers of connections made from now on, in bytes; 64 KiB each at first.
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

    /** How many descriptors the server may have open: beyond, accept() and open() fail. */
    public synchronized Network limitDescriptors(int most) {
        mostDescriptors = most;
        return this;
    }

    /**
     * Whether a client that resets leaves the accept queue, as on BSD, so that accept() may return null although the
     * listener was ready. At first it stays, as on Linux.
     */
    public synchronized Network dropResetClients(boolean drop) {
        dropsResetClients = drop;
        return this;
    }

    /** Whether calls are kept for {@link #calls}; at first they are. */
    public synchronized Network logging(boolean on) {
        logging = on;
        return this;
    }

    /** A client connects. It may send before anybody has accepted it. */
    public synchronized Peer connect(int port) {
        Peer client = new Peer(this, name(peers), FIRST_CLIENT_PORT + peers++, peerReceiveBuffer);
        client.end.connect(listener(port));
        acted();
        return client;
    }

    /**
     * Listens for connections that the server makes; where nobody does they are refused.
     *
     * @param port 0: any free one
     * @param accepted gets the other end of each, as soon as the server connects; null: nobody ever answers
     * @return the port
     */
    public synchronized int listen(int port, Consumer<Peer> accepted) {
        int backlog = accepted == null ? -1 : 0;
        Listener listener = new Listener(this, port(port), backlog) {
            @Override
            Endpoint newEnd(Endpoint client) {
                Peer peer = new Peer(Network.this, client.name, port, peerReceiveBuffer);
                accepted.accept(peer);
                return peer.end;
            }
        };
        listeners.add(listener);
        return listener.port;
    }

    private static String name(int client) {
        return (client < 26 ? "" : name(client / 26 - 1)) + (char) ('A' + client % 26);
    }

    /** Lets time go on; whoever sleeps until then wakes up. */
    public synchronized void advance(long nanos) {
        now += nanos;
        acted();
    }

    /** Forgets the calls and the clients' names and ports: the next client is A again. */
    public synchronized void forget() {
        calls = new ArrayList<>();
        notSimulated.clear();
        peers = 0;
        sockets = 0;
        thrown = 0;
        spinning = null;
        acted();
    }

    /** The server's process ends, and the system closes what it has left open. */
    public synchronized void exit() {
        List.copyOf(listeners).forEach(this::close);
        descriptors = 0;
        acted();
    }

    // What a test sees

    /** The network's clock, in ns; 0 at first. */
    public synchronized long now() {
        return now;
    }

    /** What the server has called, in order. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** How many descriptors the server has open, its selectors' among them. */
    public synchronized int descriptors() {
        return descriptors;
    }

    /** How many it may have open. */
    public synchronized int mostDescriptors() {
        return mostDescriptors;
    }

    /** The ports on which somebody listens. */
    public synchronized List<Integer> ports() {
        List<Integer> ports = new ArrayList<>();
        for (Listener listener : listeners) {
            ports.add(listener.port);
        }
        return ports;
    }

    /** What the server has used that is not as it is on a real network; empty: nothing. */
    public synchronized List<String> notSimulated() {
        return List.copyOf(notSimulated);
    }

    // Running a server in a thread of its own

    /** A server's run method, or the like. */
    public interface Body {
        /** Returns when the server has ended. */
        void run() throws Throwable;
    }

    /** Runs a server in a new daemon thread. */
    public synchronized Thread start(Body body) {
        asleep = false;
        ended = false;
        failure = null;
        server = new Thread(() -> end(failure(body)), "server");
        server.setDaemon(true);
        server.start();
        return server;
    }

    private static Throwable failure(Body body) {
        try {
            body.run();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private synchronized void end(Throwable with) {
        ended = true;
        failure = with;
        Handover.signal(this);
    }

    /**
     * Waits until the server has done all that it can: it sleeps and nothing is ready, it has ended, or it spins.
     *
     * @throws IllegalStateException it has not come to rest for 10 s
     */
    public synchronized void awaitQuiet() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE;
        while (!asleep && spinning == null && !hasEnded()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("The server has not gone to sleep for %d s; its last call: %s"
                        .formatted(PATIENCE / 1_000_000_000, calls.isEmpty() ? "none" : calls.get(calls.size() - 1)));
            }
            Handover.await(this, 100);
        }
    }

    /** Whether the server sleeps, with nothing to do. */
    public synchronized boolean isAsleep() {
        return asleep;
    }

    /** Whether the server's thread has ended. */
    public synchronized boolean hasEnded() {
        return ended || server != null && !server.isAlive();
    }

    /** What a server has thrown that was run by {@link #start}; null: nothing. */
    public synchronized Throwable failure() {
        return failure;
    }

    /** In what way the server is busy without getting anywhere; null: it is not. */
    public synchronized String spinning() {
        return spinning;
    }

    /** As Thread.sleep(), on the network's clock. */
    public void sleep(long nanos) throws InterruptedException {
        if (server != null && server.isAlive() && Thread.currentThread() != server) {
            notSimulated("several threads");
        }
        setInThreadSleep(true);
        try {
            for (long until = now() + nanos; now() < until; ) {
                sleep(until, changes());
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        } finally {
            setInThreadSleep(false);
        }
    }

    private synchronized void setInThreadSleep(boolean now) {
        if (now) {
            inThreadSleep.add(Thread.currentThread());
        } else {
            inThreadSleep.remove(Thread.currentThread());
        }
    }

    /** Whether this thread of the server's is in Thread.sleep(), on the network's clock. */
    public synchronized boolean isInThreadSleep(Thread thread) {
        return inThreadSleep.contains(thread);
    }

    // What channels and selectors ask for

    /** That port, or a free one for 0. */
    int port(int wanted) {
        int port = wanted == 0 ? FIRST_FREE_PORT : wanted;
        while (wanted == 0 && listener(port) != null) {
            port++;
        }
        return port;
    }

    Listener open(Listener listener) throws IOException {
        if (listener(listener.port) != null) {
            throw new BindException("Address already in use");
        }
        listeners.add(listener);
        return listener;
    }

    void close(Listener listener) {
        listeners.remove(listener);
        listener.close();
    }

    Listener listener(int port) {
        for (Listener listener : listeners) {
            if (listener.port == port) {
                return listener;
            }
        }
        return null;
    }

    /** Not connected yet. */
    synchronized Endpoint newSocket() {
        sockets++;
        return new Endpoint("socket " + sockets, FIRST_FREE_PORT - sockets, sendBuffer, receiveBuffer);
    }

    synchronized void openDescriptors(int n) throws IOException {
        if (descriptors + n > mostDescriptors) {
            throw new IOException("Too many open files");
        }
        descriptors += n;
    }

    synchronized void closeDescriptors(int n) {
        descriptors -= n;
        changed();
    }

    /** Before a call, and without the lock: the schedule may do what it likes. */
    void before(Call.Kind kind, String channel) throws IOException {
        Thread caller = Thread.currentThread();
        if (caller != server && kind.isServing()) {
            if (server != null && server.isAlive()) {
                notSimulated("several threads");
            }
            server = caller;
        }
        if (++callsSinceAction > MOST_CALLS) {
            spin(MOST_CALLS + " calls since a client has done anything");
        }
        schedule.before(kind, channel);
    }

    /** How many bytes a call moves. */
    int limit(Call.Kind kind, String channel, int possible) {
        return possible == 0 ? 0 : schedule.limit(kind, channel, possible);
    }

    /** After a call, with the lock. Progress: it changed something that cannot be changed for ever. */
    void after(Call.Kind kind, String channel, long result, String detail, boolean progress) {
        Call call = log(kind, channel, result, detail);
        if (progress) {
            fruitless = 0;
            excused = kind == Call.Kind.READ ? 2 * result : excused;
            changed();
        } else if (kind != Call.Kind.READ && kind != Call.Kind.SELECT && excused-- > 0) {
            return; // each byte that was read may be a line for a client whose buffer is full
        } else if (++fruitless == 1 || kind != Call.Kind.SELECT) {
            fruitlessCall = call; // rather one that says more than select = 1
        }
        if (fruitless > MOST_FRUITLESS) {
            spin(fruitless + " calls in a row without any progress, such as " + fruitlessCall);
        }
    }

    /** Notes a call, which may be one that the kernel does not hear of. */
    synchronized Call log(Call.Kind kind, String channel, long result, String detail) {
        Call call = new Call(kind, channel, result, detail);
        if (logging) {
            calls.add(call);
        }
        schedule.after(call);
        return call;
    }

    private synchronized void spin(String how) {
        spinning = how;
        Handover.signal(this);
        while (++thrown > MOST_THROWN) { // some catch even Errors: such a thread stays here for good
            await(true);
        }
        schedule.spinning(how);
        thrown = 0; // nothing was thrown
        spinning = null;
    }

    private void await(boolean evenIfInterrupted) {
        try {
            Handover.await(this, 0);
        } catch (InterruptedException e) {
            if (!evenIfInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Something is different, so whoever sleeps has to look again. */
    void changed() {
        changes++;
        if (asleep) {
            asleep = false;
            Handover.signal(this);
        }
    }

    /** So has a client, or the clock. */
    void acted() {
        fruitless = 0;
        callsSinceAction = 0;
        changed();
    }

    /** How often something was different: for sleep(). */
    synchronized int changes() {
        return changes;
    }

    /**
     * Sleeps until something is different from what the caller has seen, or it is interrupted.
     *
     * @param until when it would like to be woken, as now() has it, or FOREVER
     */
    void sleep(long until, int seen) {
        if (schedule.asleep(until == FOREVER ? FOREVER : until - now)) {
            return;
        }
        synchronized (this) {
            asleep = changes == seen;
            Handover.signal(this);
            while (asleep && !Thread.currentThread().isInterrupted()) {
                await(false);
            }
            asleep = false;
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
