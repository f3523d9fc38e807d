package tcp.simulation.story;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import tcp.simulation.Peer;

/** What a contract may know of a client in a story. Bytes are Strings with one char for each. */
public final class Client {
    final String name;
    Peer peer; // null: not connected yet
    final StringBuilder sent = new StringBuilder();
    final List<Integer> reads = new ArrayList<>();
    final Deque<Integer> readLimits = new ArrayDeque<>();
    final Deque<Integer> writeLimits = new ArrayDeque<>();
    boolean optionFails;
    boolean accepted;
    boolean reading = true;
    boolean halfClosed;
    boolean gone;

    Client(String name) {
        this.name = name;
    }

    /** All that it has sent. */
    public String sent() {
        return sent.toString();
    }

    /** How many bytes each read() of the server got from it. */
    public List<Integer> reads() {
        return Collections.unmodifiableList(reads);
    }

    /** It has ended its half. */
    public boolean halfClosed() {
        return halfClosed;
    }

    /** The server has accepted it. */
    public boolean accepted() {
        return accepted;
    }

    String got() {
        return new String(peer.received(), StandardCharsets.ISO_8859_1);
    }
}
