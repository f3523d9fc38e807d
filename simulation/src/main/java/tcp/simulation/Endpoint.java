package tcp.simulation;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;

/**
 * One end of a TCP connection: what a kernel keeps for a socket. It does what Linux does where
 * systems differ. The words are those of RFC 9293: a <em>FIN</em> says that one side sends no
 * more, an <em>RST</em> (reset) that the connection is over at once, and the <em>window</em> is
 * the room in the other side's receive buffer, the only bytes that may be on their way.
 *
 * <p>Nothing takes time here: what may be sent has arrived. Whoever calls holds the network's lock.
 */
class Endpoint {
    /** What poll() returns, as in poll(2). */
    static final int IN = 1;

    static final int OUT = 4;
    static final int ERR = 8;
    static final int HUP = 16;

    /** Arrived, and not read yet. What does not fit waits in the other side's send buffer. */
    final Bytes received = new Bytes();
    /** Written, and not sent yet, since the window is closed. */
    private final Bytes unsent = new Bytes();

    int receiveBuffer;
    int sendBuffer;
    Endpoint peer; // null before there is a connection
    boolean connecting;
    private boolean outputEnded; // a FIN follows the last byte of unsent
    private boolean finSent;
    private boolean finReceived;
    private boolean inputShut;
    /** No connection any more: reset by either side, refused, or both FINs have arrived. */
    private boolean over;
    /** What the next call reports, and only that one; null: nothing. */
    private String error;
    /** Its descriptor is closed: nobody reads, but what is unsent still goes out. */
    private boolean closed;

    final String name; // for the log
    final int port;

    Endpoint(int sendBuffer, int receiveBuffer, String name, int port) {
        this.name = name;
        this.port = port;
        this.sendBuffer = sendBuffer;
        this.receiveBuffer = receiveBuffer;
    }

    /** Called when something has arrived: bytes, a FIN or an RST. */
    void arrived() {}

    /** The handshake is done, with this other end. */
    void establish(Endpoint other) {
        peer = other;
        other.peer = this;
        connecting = false;
        transmit();
    }

    /** Nobody listens there: the answer to the handshake was an RST. */
    void refuse() {
        connecting = false;
        end("Connection refused");
    }

    /** What can be done without blocking: IN, OUT, and ERR and HUP as poll(2) has them. */
    int poll() {
        if (connecting) {
            return 0;
        }
        boolean inputEnded = finReceived || inputShut;
        return (received.size() > 0 || inputEnded || over ? IN : 0)
                | (sendRoom() > 0 || outputEnded || over ? OUT : 0)
                | (over || peer == null || inputEnded && outputEnded ? HUP : 0)
                | (error != null ? ERR : 0);
    }

    /** read(2): takes at most limit bytes. 0: it would block; -1: end of stream. */
    int read(ByteBuffer target, int limit) throws IOException {
        if (received.size() > 0) { // also after an RST
            int n = Math.min(received.size(), Math.min(limit, target.remaining()));
            received.moveTo(target, n);
            peer.transmit(); // the window has opened
            return n;
        }
        if (!finReceived) {
            fail("Connection reset");
        }
        return finReceived || over ? -1 : 0;
    }

    /** write(2): puts at most limit bytes into the send buffer. 0: it is full. */
    int write(ByteBuffer source, int limit) throws IOException {
        if (over) {
            fail("Connection reset by peer");
            throw new IOException("Broken pipe");
        }
        int n = Math.min(sendRoom(), Math.min(limit, source.remaining()));
        unsent.put(source, n);
        transmit();
        return n;
    }

    int sendRoom() {
        return Math.max(0, sendBuffer - unsent.size());
    }

    int unsent() {
        return unsent.size();
    }

    private void fail(String reset) throws IOException {
        String what = error;
        error = null;
        if (what != null) {
            throw what.equals("reset") ? new SocketException(reset) : new IOException(what);
        }
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

    /** close(2): a FIN, but an RST if bytes are left that nobody will read (RFC 9293, 3.10.4). */
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

    /** An RST has arrived. What arrived before it stays readable. */
    private void reset() {
        if (!over) {
            end(finReceived ? "Broken pipe" : "reset");
            arrived();
        }
    }

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
        if (n > 0 && peer.closed) { // nobody there: the other kernel answers with an RST
            peer.end(null);
            reset();
            return;
        }
        unsent.moveTo(peer.received, n);
        if (outputEnded && !finSent && unsent.size() == 0) {
            finSent = true;
            peer.finReceived = true;
            if (finReceived) { // both directions have ended in order
                over = true;
                peer.over = true;
            }
            peer.arrived();
        } else if (n > 0) {
            peer.arrived();
        }
    }

    /** As write(2) with a send buffer without end: for the tests' ends. */
    void send(byte[] bytes) {
        if (!over && !outputEnded) {
            unsent.put(bytes, 0, bytes.length);
            transmit();
        }
    }

    boolean isConnected() {
        return peer != null;
    }

    boolean isClosed() {
        return closed;
    }

    boolean hasEnded() {
        return finReceived && received.size() == 0;
    }

    boolean isRefused() {
        return "Connection refused".equals(error);
    }

    boolean isReset() {
        return error != null && !isRefused();
    }
}
