package tcp.simulation;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;

/**
 * One end of a TCP connection: what a kernel keeps for a socket. It does what Linux does where systems differ. The
 * words are those of RFC 9293: a <em>FIN</em> says that a side sends no more, an <em>RST</em> (reset) that the
 * connection is over at once, and the <em>window</em> is the room in the other side's receive buffer: no byte is sent
 * for which there is none.
 *
 * <p>Nothing takes time here: what may be sent has arrived. Whoever calls holds the network's lock.
 */
class Endpoint {
    /** What poll() returns, as in poll(2). */
    static final int IN = 1;

    static final int OUT = 4;
    static final int ERR = 8;
    static final int HUP = 16;

    private static final String REFUSED = "Connection refused";
    private static final String RESET = "Connection reset";
    private static final String BROKEN_PIPE = "Broken pipe";

    final String name; // of the client, for the log
    final int port; // of this end
    int sendBuffer;
    int receiveBuffer;
    /** Arrived, and not read yet. */
    final Bytes received = new Bytes();
    /** Written, and not sent yet, since the window is closed. */
    final Bytes unsent = new Bytes();

    private Endpoint peer; // null before the handshake is done
    boolean outputEnded; // a FIN follows the last unsent byte
    boolean finReceived;
    private boolean inputShut;
    /** The handshake is not done yet. */
    private boolean connecting;
    /** No connection any more: reset by either side, refused, or both FINs have arrived. */
    boolean over;
    /** What the next call reports, and only that one; null: nothing. */
    private String error;
    /** Its descriptor is closed: nobody reads, but what is unsent still goes out. */
    private boolean closed;

    Endpoint(String name, int port, int sendBuffer, int receiveBuffer) {
        this.name = name;
        this.port = port;
        this.sendBuffer = sendBuffer;
        this.receiveBuffer = receiveBuffer;
    }

    /** Bytes have arrived. A test's end takes them here. */
    void arrived() {}

    /** connect(2), up to the first SYN; null: nobody listens there, and the answer is an RST. */
    void connect(Listener listener) {
        connecting = true;
        if (listener == null) {
            refuse();
        } else {
            listener.connect(this);
        }
    }

    /** The handshake is done, with this other end. */
    void establish(Endpoint other) {
        connecting = false;
        peer = other;
        other.peer = this;
        transmit();
    }

    void refuse() {
        connecting = false;
        end(REFUSED);
    }

    /** What can be done without blocking: IN and OUT, HUP when both directions have ended, and ERR. */
    int poll() {
        if (connecting) {
            return 0;
        }
        boolean inputEnded = finReceived || inputShut;
        return (received.size() > 0 || inputEnded || over ? IN : 0)
                | (room() > 0 || outputEnded || over ? OUT : 0)
                | (over || inputEnded && outputEnded ? HUP : 0)
                | (error != null ? ERR : 0);
    }

    /** read(2): takes at most limit bytes. 0: it would block; -1: end of stream. */
    int read(ByteBuffer target, int limit) throws IOException {
        if (received.size() > 0) { // even after an RST
            int n = Math.min(Math.min(received.size(), limit), target.remaining());
            received.moveTo(target, n);
            peer.transmit(); // the window has opened
            return n;
        }
        if (error != null && !finReceived) {
            error = null; // told once
            throw new SocketException(RESET);
        }
        return finReceived || over ? -1 : 0;
    }

    /** write(2): puts at most limit bytes into the send buffer. 0: it is full, so it would block. */
    int write(ByteBuffer source, int limit) throws IOException {
        if (over) {
            boolean first = RESET.equals(error);
            error = null;
            throw new IOException(first ? "Connection reset by peer" : BROKEN_PIPE);
        }
        int n = Math.min(Math.min(room(), limit), source.remaining());
        unsent.put(source, n);
        transmit();
        return n;
    }

    /** write(2) of a test's end: its send buffer has no limit. */
    void send(byte[] bytes) {
        if (!over && !outputEnded) {
            unsent.put(ByteBuffer.wrap(bytes), bytes.length);
            transmit();
        }
    }

    /** How many bytes the send buffer has room for. */
    int room() {
        return Math.max(0, sendBuffer - unsent.size());
    }

    /** shutdown(2), SHUT_WR: a FIN, after all that is unsent. */
    void shutdownOutput() {
        outputEnded = true;
        transmit();
    }

    /** shutdown(2), SHUT_RD: tells the other side nothing. */
    void shutdownInput() {
        inputShut = true;
    }

    /** close(2): a FIN, but an RST if there are bytes that nobody will read (RFC 9293, 3.6.1). */
    void close() {
        closed = true;
        if (received.size() > 0) {
            abort();
        } else {
            shutdownOutput();
        }
    }

    /** close(2) with SO_LINGER 0: an RST. */
    void abort() {
        closed = true;
        if (!over && peer != null) {
            peer.reset();
        }
        end(null);
    }

    /** An RST has arrived. */
    private void reset() {
        if (!over) {
            end(finReceived ? BROKEN_PIPE : RESET);
        }
    }

    /** What has arrived stays readable; what is unsent never goes out. */
    private void end(String why) {
        over = true;
        error = why;
        unsent.clear();
    }

    /** Sends what the window allows, and then the FIN if there is one. */
    void transmit() {
        if (over || peer == null) {
            return;
        }
        int n = Math.min(unsent.size(), Math.max(0, peer.receiveBuffer - peer.received.size()));
        if (n > 0 && peer.closed) { // nobody will read it: the answer is an RST (3.6.1, too)
            peer.end(null);
            reset();
            return;
        }
        unsent.moveTo(peer.received, n);
        if (n > 0) {
            peer.arrived();
        }
        if (outputEnded && unsent.size() == 0) {
            peer.finReceived = true;
            over = finReceived; // both directions have ended, in order
            peer.over = over;
        }
    }

    Endpoint peer() {
        return peer;
    }

    boolean isConnecting() {
        return connecting;
    }

    boolean isRefused() {
        return REFUSED.equals(error);
    }

    /** Until a call has reported it. */
    boolean isReset() {
        return error != null && !isRefused();
    }

    boolean isClosed() {
        return closed;
    }

    boolean isAtEnd() {
        return finReceived && received.size() == 0;
    }

    int unsent() {
        return unsent.size();
    }
}
