package tcp.simulation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.Deque;

/** Uses up all descriptors and prints what happens: the same in a JVM of either kind. */
public final class OutOfDescriptors {
    private OutOfDescriptors() {}

    public static void main(String[] args) throws IOException {
        if (SelectorProvider.provider() instanceof SimulatedSelectorProvider simulated) {
            simulated.network().limitDescriptors(20);
            System.err.println("simulated");
        }
        SocketChannel.open().close(); // JDK 17: the first close() opens descriptors
        Selector selector = Selector.open();
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        SocketChannel client = SocketChannel.open(listener.getLocalAddress());
        Deque<SocketChannel> open = new ArrayDeque<>();
        while (failure(() -> open.add(SocketChannel.open())) == null) {}
        System.out.println("SocketChannel.open: " + failure(SocketChannel::open));
        System.out.println("ServerSocketChannel.open: " + failure(ServerSocketChannel::open));
        System.out.println("accept: " + failure(listener::accept));
        System.out.println("select: " + selector.selectNow());
        System.out.println("accept: " + failure(listener::accept));
        open.remove().close();
        try (SocketChannel accepted = listener.accept()) {
            System.out.println("accepted: " + accepted.getRemoteAddress().equals(client.getLocalAddress()));
        }
        System.out.println("SocketChannel.open: " + failure(() -> open.add(SocketChannel.open())));
        System.out.println("SocketChannel.open: " + failure(SocketChannel::open));
        while (!open.isEmpty()) {
            open.remove().close();
        }
    }

    private interface Call {
        Object run() throws IOException;
    }

    private static String failure(Call call) {
        try {
            call.run();
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
