package tcp.simulation;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;

/** What the kernel and a selector keep at this moment, for those who show it. It changes nothing. */
public final class Inspection {
    /**
     * The server's end of a connection.
     *
     * @param received how many bytes it has not read yet
     * @param unsent how many bytes wait in the send buffer, since the client takes none
     * @param room how many more fit into the send buffer
     * @param accepted it is no longer in the accept queue
     * @param finReceived the client has ended its half
     * @param outputEnded the server has ended its half
     * @param reset the connection is over, though not both halves have ended in order
     * @param closed the server has closed it
     */
    public record Connection(
            int received,
            int unsent,
            int room,
            boolean accepted,
            boolean finReceived,
            boolean outputEnded,
            boolean reset,
            boolean closed) {}

    private Inspection() {}

    /** The names of those who wait in the accept queue. */
    public static List<String> queue(Network network) {
        List<String> names = new ArrayList<>();
        for (int port : network.ports()) {
            for (Endpoint end : network.listener(port).queue) {
                names.add(end.name);
            }
        }
        return names;
    }

    /** The server's end of that client's connection; null: the handshake is not done. */
    public static Connection connection(Network network, Peer client) {
        Endpoint end = client.end.peer();
        return end == null
                ? null
                : new Connection(
                        end.received.size(),
                        end.unsent.size(),
                        end.room(),
                        !queue(network).contains(end.name),
                        end.finReceived,
                        end.outputEnded,
                        end.over && !(end.finReceived && end.outputEnded),
                        end.isClosed());
    }

    /** Some of the bytes that the server has not read. */
    public static byte[] received(Peer client, int from, int to) {
        return client.end.peer().received.toArray(from, to);
    }

    /** Some of the bytes that wait in the server's send buffer. */
    public static byte[] unsent(Peer client, int from, int to) {
        return client.end.peer().unsent.toArray(from, to);
    }

    /** How many bytes a client has taken. */
    public static int taken(Peer client) {
        return client.taken.size();
    }

    /** Some of the bytes that a client has taken. */
    public static byte[] taken(Peer client, int from, int to) {
        return client.taken.toArray(from, to);
    }

    /** How many bytes have arrived at a client that it has not taken. */
    public static int untaken(Peer client) {
        return client.end.received.size();
    }

    /** How many bytes of what a client has sent wait, since the server does not read. */
    public static int waiting(Peer client) {
        return client.end.unsent();
    }

    /** What a client has seen of the connection's end: refused, reset, end of stream; null: nothing. */
    public static String end(Peer client) {
        Endpoint end = client.end;
        return end.isRefused() ? "refused" : end.isReset() ? "reset" : end.isAtEnd() ? "end of stream" : null;
    }

    /** A channel's name in the log: "listener", "A". */
    public static String name(SelectableChannel channel) {
        return ((SimulatedChannel) channel).logName();
    }

    /** Which operations a select() would report for this key now. */
    public static int readyNow(SelectionKey key) {
        SimulatedChannel channel = (SimulatedChannel) key.channel();
        return key.isValid() ? channel.readyOps(channel.poll(), key.interestOps()) : 0;
    }

    /** As in OP_READ | OP_WRITE, with that between them; empty: none. */
    public static String text(int ops, String between) {
        return SimulatedKey.text(ops, between);
    }
}
