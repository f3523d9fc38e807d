package tcp.simulation.story;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tcp.simulation.Peer;

/** A client in a story, and what a contract may know of it. Bytes are chars here. */
public final class Client {
    final String name;
    final StringBuilder sent = new StringBuilder();
    final List<Integer> reads = new ArrayList<>();
    final List<Integer> readLimits = new ArrayList<>();
    final List<Integer> writeLimits = new ArrayList<>();
    Peer peer; // null: not connected yet
    boolean optionFails;
    boolean accepted;
    boolean reading = true;
    boolean halfClosed;
    boolean gone;
    boolean late;
    int ahead;
    int settled; // bytes of answers that had come when it had all
    long settledAt;
    long idle;
    int stoodStill; // since settledAt; 0: no
    boolean noDelay;
    int sentAtWrite = -1; // all that it had sent when the server wrote to it
    int readsAtSigterm = -1; // -1: it has not come
    int sentAtSigterm;
    boolean closed;
    private final List<Client> all;
    private Object attachment;
    static final int OWED = 1;
    static final int UNCLEAR = 2;

    Client(String name, List<Client> all) {
        this.name = name;
        this.all = all;
    }

    /** Its end of the connection; null: it has not connected yet. */
    public Peer peer() {
        return peer;
    }

    /** It takes what comes, as soon as it comes. */
    public boolean isReading() {
        return reading;
    }

    /** All that it has sent. */
    public String sent() {
        return sent.toString();
    }

    /** How many bytes it has sent. */
    public int sentBytes() {
        return sent.length();
    }

    /** Some of the bytes that it has sent. */
    public String sent(int from, int to) {
        return sent.substring(from, to);
    }

    /** How many bytes each read() of the server got from it. */
    public List<Integer> reads() {
        return reads;
    }

    /** It has ended its half. */
    public boolean halfClosed() {
        return halfClosed;
    }

    /** The server has closed its channel. */
    public boolean isClosed() {
        return closed;
    }

    /** All clients of the story, this one among them. */
    public List<Client> all() {
        return all;
    }

    /** What the contract has attached to it; null: nothing yet. */
    public Object attachment() {
        return attachment;
    }

    /** Lets the contract find that again, until the story ends. */
    public void attach(Object what) {
        attachment = what;
    }

    /** How many have connected before it, and are still there, having not ended their half. */
    public int ahead() {
        return ahead;
    }

    /** Milliseconds, rounded up, since it has got all of an answer or, before any, since it was accepted. */
    public long idleMillis() {
        return (idle + 999_999) / 1_000_000;
    }

    /** How many of the bytes that it has sent the server has not read. */
    int unread() {
        return sent.length() - reads.stream().mapToInt(n -> n).sum();
    }

    String got() {
        return new String(peer.received(), StandardCharsets.ISO_8859_1);
    }
}
