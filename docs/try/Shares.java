import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Several listeners on one port: how Linux shares out the clients, and what becomes of those
 * who wait at a listener that is closed. Argument: how many listeners; 4 if there is none.
 */
class Shares {
    private static final int CLIENTS = 2000;

    private final List<ServerSocketChannel> listeners = new ArrayList<>();
    private final List<SocketChannel> clients = new ArrayList<>();

    /** Opens the listeners, and connects clients that nobody has accepted yet. */
    Shares(int count) throws IOException {
        int port = 0; // any free one for the first; the others share it
        for (int i = 0; i < count; i++) {
            ServerSocketChannel listener = ServerSocketChannel.open();
            listener.setOption(StandardSocketOptions.SO_REUSEPORT, true); // before bind
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CLIENTS);
            listener.configureBlocking(false);
            listeners.add(listener);
            port = listener.socket().getLocalPort();
        }
        for (int i = 0; i < CLIENTS; i++) {
            SocketChannel client = SocketChannel.open(listeners.get(0).getLocalAddress());
            client.configureBlocking(false);
            clients.add(client);
        }
    }

    /** Accepts all who wait at a listener. */
    private static List<SocketChannel> acceptAll(ServerSocketChannel listener) throws IOException {
        List<SocketChannel> accepted = new ArrayList<>();
        for (SocketChannel client; (client = listener.accept()) != null; ) {
            accepted.add(client);
        }
        return accepted;
    }

    /** How many of the clients wait at each listener. */
    private String shares() throws IOException {
        StringBuilder shares = new StringBuilder();
        for (ServerSocketChannel listener : listeners) {
            shares.append(percent(acceptAll(listener).size()));
        }
        return shares.toString();
    }

    /** How many clients find their connection reset. */
    private String reset() {
        int reset = 0;
        for (SocketChannel client : clients) {
            try {
                client.read(ByteBuffer.allocate(1)); // 0: open, and nothing has come
            } catch (IOException connectionReset) {
                reset++;
            }
        }
        return percent(reset);
    }

    private static String percent(int count) {
        return "%6.1f %%".formatted(100.0 * count / CLIENTS);
    }

    public static void main(String[] args) throws IOException {
        try (ServerSocketChannel any = ServerSocketChannel.open()) {
            if (!any.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                System.err.println("Listeners cannot share a port here. Run this on Linux.");
                System.exit(1);
            }
        }
        int count = args.length == 0 ? 4 : Integer.parseInt(args[0]);
        System.out.println("Shares of the listeners:  " + new Shares(count).shares());

        Shares closing = new Shares(count);
        closing.listeners.get(0).close();
        System.out.println("Reset when one is closed: " + closing.reset());

        Shares accepting = new Shares(count);
        acceptAll(accepting.listeners.get(0));
        accepting.listeners.get(0).close();
        System.out.println("Reset if it accepts first:" + accepting.reset());
    }
}
