package tcp.testkit.client;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How clients reach a server: over sockets, unless another way is given for its address. */
public interface Transport {
    /**
     * Connects.
     *
     * @param limit how long to wait at most
     */
    Connection connect(Duration limit) throws IOException;

    /**
     * A client's end of a connection. All methods throw an IOException if it broke, and
     * those with a limit a {@link SocketTimeoutException} when it is over; a transport that
     * knows that nothing is on its way need not wait for that.
     */
    interface Connection extends Closeable {
        /** Sends all these bytes. Blocks while they are not taken. */
        void write(byte[] bytes, Duration limit) throws IOException;

        /** Waits for bytes, and takes at most so many. Returns how many; -1 at end of stream. */
        int read(byte[] into, int offset, int length, Duration limit) throws IOException;

        /** Ends its own half of the connection. */
        void shutdownOutput() throws IOException;

        /** Breaks the connection off with a reset (RST). */
        void reset() throws IOException;

        /** Lets this time pass. */
        void pause(Duration time);

        /** The client's own address, as the server sees it. */
        InetSocketAddress address();
    }

    /** The transports of addresses that no socket can reach. */
    Map<InetSocketAddress, Transport> OTHERS = new ConcurrentHashMap<>();

    /** The transport for an address. */
    static Transport to(InetSocketAddress address) {
        return OTHERS.getOrDefault(address, limit -> new SocketConnection(address, limit));
    }
}
