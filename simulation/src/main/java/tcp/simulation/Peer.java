package tcp.simulation;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * The other end of a connection of the server, played by a test. It reads all that comes, at once,
 * until {@link #stopReading}. All methods may be called from any thread; none blocks.
 */
public final class Peer {
    final Endpoint end;
    private final Network network;
    final Bytes taken = new Bytes();
    private boolean reading = true;
    private boolean taking;

    Peer(Network network, String name, int port, int receiveBuffer) {
        this.network = network;
        end = new Endpoint(name, port, Integer.MAX_VALUE, receiveBuffer) {
            @Override
            void arrived() {
                if (reading && !taking) { // what is taken makes room for more, which arrives at once
                    takeNow(Integer.MAX_VALUE);
                }
            }
        };
    }

    private int takeNow(int most) {
        taking = true;
        int n = 0;
        for (int some; (some = Math.min(most - n, end.received.size())) > 0; n += some) {
            end.received.moveTo(taken, some);
            end.peer().transmit();
        }
        taking = false;
        return n;
    }

    /** "A" for the first client, then "B", and "socket 1" where the server has connected; so the log has it. */
    public String name() {
        return end.name;
    }

    /** The port at this end, as getRemoteAddress() of the server's channel has it. */
    public int port() {
        return end.port;
    }

    /** Sends bytes. What the server's receive buffer has no room for waits: see {@link #unsent}. */
    public Peer send(byte... bytes) {
        synchronized (network) {
            end.send(bytes);
            return acted();
        }
    }

    /** Sends a text in UTF-8. */
    public Peer send(String text) {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Half-close: sends a FIN after all bytes, and goes on reading. */
    public Peer shutdownOutput() {
        synchronized (network) {
            end.shutdownOutput();
            return acted();
        }
    }

    /** Sends a FIN, or resets the connection if bytes have arrived that it has not taken. */
    public Peer close() {
        synchronized (network) {
            end.close();
            return acted();
        }
    }

    /** Ends the connection at once, with an RST, as a close with SO_LINGER 0 does. */
    public Peer reset() {
        synchronized (network) {
            end.abort();
            return acted();
        }
    }

    /** From now on it takes only what {@link #take} asks for, so its receive buffer fills. */
    public Peer stopReading() {
        synchronized (network) {
            reading = false;
            return acted();
        }
    }

    /** Takes all that has arrived, and goes on doing so. */
    public Peer startReading() {
        synchronized (network) {
            reading = true;
            takeNow(Integer.MAX_VALUE);
            return acted();
        }
    }

    /** Takes so many bytes, or fewer if fewer have arrived; returns how many. */
    public int take(int most) {
        synchronized (network) {
            int n = takeNow(most);
            acted();
            return n;
        }
    }

    private Peer acted() {
        network.acted();
        return this;
    }

    private <T> T see(Supplier<T> what) {
        synchronized (network) {
            return what.get();
        }
    }

    /** All bytes it has taken so far. */
    public byte[] received() {
        return see(taken::toArray);
    }

    /** How many bytes it has taken so far. */
    public int taken() {
        return see(taken::size);
    }

    /** All bytes it has taken so far, as UTF-8. */
    public String text() {
        return new String(received(), StandardCharsets.UTF_8);
    }

    /** How many bytes have arrived that it has not taken. */
    public int untaken() {
        return see(() -> end.received.size());
    }

    /** How many bytes of what it sent wait, since the server does not read. */
    public int unsent() {
        return see(end::unsent);
    }

    /** Whether the handshake is done; the server may still have to accept. */
    public boolean isConnected() {
        return see(() -> end.peer() != null);
    }

    /** Nobody listens on that port. */
    public boolean isRefused() {
        return see(end::isRefused);
    }

    /** The server's FIN has come, and all bytes before it are taken. */
    public boolean isAtEnd() {
        return see(end::isAtEnd);
    }

    /** The server has reset the connection. */
    public boolean isReset() {
        return see(end::isReset);
    }

    @Override
    public String toString() {
        return "client " + end.name;
    }
}
