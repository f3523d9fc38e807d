package tcp.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import tcp.simulation.story.Loopback;

/** The JDK's own channels, and sockets at the other end. */
final class LoopbackWorld implements World {
    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();

    @Override
    public void close() throws Exception {
        for (AutoCloseable it : toClose) {
            it.close();
        }
    }

    private <T extends AutoCloseable> T opened(T it) {
        toClose.add(it);
        return it;
    }

    @Override
    public SelectorProvider provider() {
        return SelectorProvider.provider();
    }

    @Override
    public Remote connect(int port) throws IOException {
        return connect(port, opened(SocketChannel.open()));
    }

    @Override
    public Remote connectWithSmallWindow(int port) throws IOException {
        SocketChannel channel = opened(SocketChannel.open());
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        return connect(port, channel);
    }

    private Remote connect(int port, SocketChannel channel) throws IOException {
        try {
            channel.socket().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
        } catch (ConnectException refused) {
            // isConnected() says so
        }
        return new LoopbackRemote(channel);
    }

    @Override
    public Remote beginConnect(int port) throws IOException {
        SocketChannel channel = opened(SocketChannel.open());
        channel.configureBlocking(false);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new LoopbackRemote(channel);
    }

    @Override
    public RemoteListener listen() throws IOException {
        ServerSocketChannel listener = opened(ServerSocketChannel.open());
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return new RemoteListener() {
            @Override
            public int port() {
                return listener.socket().getLocalPort();
            }

            @Override
            public Remote accept() throws IOException {
                return new LoopbackRemote(opened(listener.accept()));
            }
        };
    }

    @Override
    public boolean linux() {
        return System.getProperty("os.name").equals("Linux");
    }

    @Override
    public void awaitAsleep(Thread thread) {
        while (!Loopback.waits(thread.getStackTrace())) {
            Thread.onSpinWait();
        }
    }

    private static final class LoopbackRemote implements Remote {
        private final SocketChannel channel;

        private LoopbackRemote(SocketChannel channel) throws IOException {
            this.channel = channel;
        }

        private InputStream in() throws IOException {
            channel.configureBlocking(true);
            channel.socket().setSoTimeout(5000);
            return channel.socket().getInputStream();
        }

        @Override
        public int port() {
            return channel.socket().getLocalPort();
        }

        @Override
        public boolean isConnected() throws IOException {
            return channel.isConnectionPending() ? channel.finishConnect() : channel.isConnected();
        }

        @Override
        public Remote send(String text) throws IOException {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            return this;
        }

        @Override
        public int sendMany(int most) throws IOException {
            channel.configureBlocking(false);
            int sum = 0;
            int n;
            do {
                n = channel.write(ByteBuffer.allocate(Math.min(most - sum, 64 * 1024)));
                sum += n;
            } while (n > 0);
            return sum;
        }

        @Override
        public String read(int n) throws IOException {
            byte[] bytes = in().readNBytes(n);
            if (bytes.length < n) {
                throw new AssertionError("end of stream after %d of %d bytes".formatted(bytes.length, n));
            }
            return new String(bytes, StandardCharsets.US_ASCII);
        }

        @Override
        public String rest() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            InputStream in = in();
            String end = "(end)";
            try {
                in.transferTo(bytes);
            } catch (SocketException e) {
                end = e.getMessage().equals("Connection reset") ? "(reset)" : e.toString();
            }
            return bytes.toString(StandardCharsets.US_ASCII) + end;
        }

        @Override
        public void shutdownOutput() throws IOException {
            channel.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        @Override
        public void reset() throws IOException {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.close();
        }
    }
}
