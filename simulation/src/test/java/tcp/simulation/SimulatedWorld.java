package tcp.simulation;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.Deque;

/** Simulated channels, and peers at the other end. */
final class SimulatedWorld implements World {
    private final Network network;

    /** With the test itself as the server: its select() with a limit sleeps until then. */
    SimulatedWorld() {
        this(new Network());
        network.schedule(new Schedule() {
            @Override
            public boolean asleep(long nanos) {
                if (nanos >= 0) {
                    network.advance(nanos);
                }
                return nanos >= 0;
            }
        });
    }

    SimulatedWorld(Network network) {
        this.network = network;
    }

    @Override
    public SelectorProvider provider() {
        return network.provider();
    }

    @Override
    public Remote connect(int port) {
        return new SimulatedRemote(network, network.connect(port));
    }

    @Override
    public Remote connectWithSmallWindow(int port) {
        Remote remote = new SimulatedRemote(
                network.buffers(64 * 1024, 64 * 1024, 4096),
                network.connect(port).stopReading());
        network.buffers(64 * 1024, 64 * 1024, 64 * 1024);
        return remote;
    }

    @Override
    public Remote beginConnect(int port) {
        return connect(port);
    }

    @Override
    public RemoteListener listen() {
        Deque<Peer> accepted = new ArrayDeque<>();
        int port = network.listen(0, accepted::add);
        return new RemoteListener() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public Remote accept() {
                return new SimulatedRemote(network, accepted.remove());
            }
        };
    }

    @Override
    public boolean linux() {
        return true;
    }

    @Override
    public void awaitAsleep(Thread thread) throws InterruptedException {
        network.awaitQuiet();
    }

    @Override
    public void close() {}

    private static final class SimulatedRemote implements Remote {
        private final Network network;
        private final Peer peer;
        private int read;

        private SimulatedRemote(Network network, Peer peer) {
            this.network = network;
            this.peer = peer;
        }

        @Override
        public int port() {
            return peer.port();
        }

        @Override
        public boolean isConnected() {
            return peer.isConnected();
        }

        @Override
        public Remote send(String text) throws IOException {
            if (peer.isReset()) {
                throw new IOException("Broken pipe");
            }
            peer.send(text);
            return this;
        }

        @Override
        public int sendMany(int most) {
            int sum = 0;
            for (int n; peer.unsent() == 0 && sum < most; sum += n) {
                n = Math.min(4096, most - sum);
                peer.send(new byte[n]);
            }
            return sum;
        }

        @Override
        public String read(int n) {
            int missing = read + n - peer.received().length;
            while (missing > 0) {
                int some = peer.take(missing);
                missing -= some;
                if (some == 0) {
                    awaitQuiet();
                }
            }
            read += n;
            return peer.text().substring(read - n, read);
        }

        @Override
        public String rest() {
            while (!peer.isAtEnd() && !peer.isReset()) {
                if (peer.take(Integer.MAX_VALUE) == 0 && !peer.isAtEnd()) {
                    awaitQuiet();
                }
            }
            String rest = peer.text().substring(read);
            read += rest.length();
            return rest + (peer.isAtEnd() ? "(end)" : "(reset)");
        }

        private void awaitQuiet() {
            try {
                network.awaitQuiet();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void shutdownOutput() {
            peer.shutdownOutput();
        }

        @Override
        public void close() {
            peer.close();
        }

        @Override
        public void reset() {
            peer.reset();
        }
    }
}
