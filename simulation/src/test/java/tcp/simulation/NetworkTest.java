package tcp.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only a simulated network can do: choose, know, repeat. */
@Timeout(20)
class NetworkTest {
    private final Network network = new Network();

    private void echo() throws Exception {
        new SimulationClassLoader(network, EchoServer.class).start(EchoServer.class.getName(), "7");
        network.awaitQuiet();
    }

    private List<String> log() {
        return network.calls().stream().map(Call::toString).toList();
    }

    /** The server is driven by its own thread: what happens depends on the seed alone. */
    private static List<String> story(long seed) throws Exception {
        Network network = new Network().buffers(10, 10, 10);
        Random random = new Random(seed);
        List<Peer> peers = new ArrayList<>();
        Error end = new Error("end of story");
        int[] left = {60};
        network.schedule(new Schedule() {
            @Override
            public void before(Call.Kind kind, String channel) {
                if (random.nextInt(4) == 0) {
                    act();
                }
            }

            @Override
            public int limit(Call.Kind kind, String channel, int possible) {
                return 1 + random.nextInt(possible);
            }

            @Override
            public boolean asleep(long nanos) {
                if (left[0] <= 0) {
                    throw end;
                }
                act();
                return true;
            }

            private void act() {
                left[0]--;
                Peer peer = peers.isEmpty() || random.nextInt(5) == 0 ? null : peers.get(random.nextInt(peers.size()));
                if (peer == null) {
                    if (network.ports().contains(7)) {
                        peers.add(network.connect(7));
                    }
                } else {
                    switch (random.nextInt(6)) {
                        case 0 -> peer.shutdownOutput();
                        case 1 -> peer.reset();
                        case 2 -> peer.stopReading();
                        case 3 -> peer.take(3);
                        default -> peer.send("hello");
                    }
                }
            }
        });
        SimulationClassLoader loader = new SimulationClassLoader(network, EchoServer.class);
        Thread thread = loader.start(EchoServer.class.getName(), "7");
        thread.join();
        assertThat(network.failure()).isSameAs(end);
        return network.calls().stream().map(Call::toString).toList();
    }

    @Test
    void theSameSeedGivesTheSameCalls() throws Exception {
        for (long seed = 1; seed <= 50; seed++) {
            assertThat(story(seed)).as("seed " + seed).isEqualTo(story(seed)).hasSizeGreaterThan(10);
        }
        assertThat(story(1)).isNotEqualTo(story(2));
    }

    @Test
    void aScheduleChoosesHowMuchAWriteTakes() throws Exception {
        network.schedule(new Schedule() {
            @Override
            public int limit(Call.Kind kind, String channel, int possible) {
                return kind == Call.Kind.WRITE ? Math.min(possible, 2) : possible;
            }
        });
        echo();
        Peer a = network.connect(7).send("hello");
        network.awaitQuiet();
        assertThat(a.text()).isEqualTo("hello");
        assertThat(log())
                .containsSubsequence(
                        "read(A) = 5", "write(A) = 2", "select = 1", "write(A) = 2", "select = 1", "write(A) = 1");
    }

    @Test
    void aScheduleChoosesAtWhichCallAResetComes() throws Exception {
        Peer[] a = new Peer[1];
        network.schedule(new Schedule() {
            @Override
            public void before(Call.Kind kind, String channel) {
                if (kind == Call.Kind.WRITE) {
                    a[0].reset();
                }
            }
        });
        echo();
        a[0] = network.connect(7);
        a[0].send("hello");
        network.awaitQuiet();
        assertThat(log()).endsWith("read(A) = 5", "write(A) = Connection reset by peer", "close(A)");
    }

    @Test
    void aScheduleMakesACallFail() throws Exception {
        network.schedule(new Schedule() {
            @Override
            public void before(Call.Kind kind, String channel) throws IOException {
                if (kind == Call.Kind.READ) {
                    throw new IOException("as you like it");
                }
            }
        });
        echo();
        Peer a = network.connect(7).send("hello");
        network.awaitQuiet();
        assertThat(log()).endsWith("read(A) = as you like it", "close(A)");
        assertThat(a.isReset()).isTrue(); // "hello" was not read
    }

    @Test
    void aServerThatDoesNotActOnReadinessSpins() throws Exception {
        network.start(() -> {
            try (Selector selector = network.provider().openSelector();
                    ServerSocketChannel listener = network.provider().openServerSocketChannel()) {
                listener.bind(new InetSocketAddress(7))
                        .configureBlocking(false)
                        .register(selector, SelectionKey.OP_ACCEPT);
                while (true) {
                    selector.select(key -> {});
                }
            }
        });
        network.awaitQuiet();
        assertThat(network.spinning()).isNull();
        network.connect(7);
        network.awaitQuiet();
        assertThat(network.spinning()).isEqualTo("101 calls in a row without any progress, such as select = 1");
    }

    private interface Handler {
        void handle(SocketChannel client, ByteBuffer buffer) throws IOException;
    }

    /** Serves one client, and drops no key, whatever the handler does. */
    private void serve(int interest, Handler handler) throws Exception {
        network.start(() -> {
            Selector selector = network.provider().openSelector();
            ServerSocketChannel listener = network.provider().openServerSocketChannel();
            SocketChannel client = listener.bind(new InetSocketAddress(7)).accept();
            client.configureBlocking(false).register(selector, interest);
            while (true) {
                selector.select(key -> {
                    try {
                        handler.handle(client, ByteBuffer.allocate(1));
                    } catch (IOException e) {
                        // and goes on
                    }
                });
            }
        });
        network.awaitQuiet();
    }

    @Test
    void readingByteByByteIsProgress() throws Exception {
        serve(SelectionKey.OP_READ, SocketChannel::read);
        network.connect(7).send("x".repeat(1000));
        network.awaitQuiet();
        assertThat(network.spinning()).isNull();
        assertThat(network.isAsleep()).isTrue();
    }

    @Test
    void ignoringTheEndOfTheStreamIsNoProgress() throws Exception {
        serve(SelectionKey.OP_READ, SocketChannel::read);
        network.connect(7).shutdownOutput();
        network.awaitQuiet();
        assertThat(network.spinning()).endsWith("read(A) = -1");
    }

    @Test
    void ignoringAResetIsNoProgress() throws Exception {
        serve(SelectionKey.OP_READ, SocketChannel::read);
        network.connect(7).reset();
        network.awaitQuiet();
        assertThat(network.spinning()).endsWith("read(A) = Connection reset");
    }

    @Test
    void readingUntilSomethingComesIsNoProgress() throws Exception {
        serve(SelectionKey.OP_READ, (client, buffer) -> {
            while (client.read(buffer.clear()) >= 0) {
                // it waits for the end, and nobody else is served
            }
        });
        network.connect(7).send("x");
        network.awaitQuiet();
        assertThat(network.spinning()).endsWith("read(A) = 0");
    }

    @Test
    void askingForWritabilityForNothingIsNoProgress() throws Exception {
        serve(SelectionKey.OP_WRITE, (client, buffer) -> client.shutdownOutput());
        network.connect(7);
        network.awaitQuiet();
        assertThat(network.spinning()).isNotNull();
    }

    /** Some wrong servers catch everything: their thread is stopped all the same, so the machine stays usable. */
    @Test
    void aServerThatCatchesEvenErrorsIsStopped() throws Exception {
        Thread thread = network.start(() -> {
            Selector selector = network.provider().openSelector();
            while (true) {
                try {
                    selector.selectNow();
                } catch (Throwable e) {
                    // and goes on
                }
            }
        });
        network.awaitQuiet();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(network.spinning()).endsWith("select = 0");
    }

    @Test
    void timeGoesOnWhenTheTestSaysSo() throws Exception {
        Selector selector = network.provider().openSelector();
        List<Long> wokenAt = new ArrayList<>();
        network.start(() -> {
            selector.select(100);
            wokenAt.add(network.now());
            network.sleep(5);
            wokenAt.add(network.now());
        });
        network.awaitQuiet();
        network.advance(99_999_999);
        network.awaitQuiet();
        assertThat(wokenAt).isEmpty();
        network.advance(1);
        network.awaitQuiet();
        network.advance(7);
        network.awaitQuiet();
        assertThat(wokenAt).containsExactly(100_000_000L, 100_000_007L);
        assertThat(network.hasEnded()).isTrue();
    }

    @Test
    void descriptorsAreCountedAndComeBack() throws Exception {
        echo();
        int before = network.descriptors();
        Peer a = network.connect(7);
        network.awaitQuiet();
        assertThat(network.descriptors()).isEqualTo(before + 1);
        a.close();
        network.awaitQuiet();
        assertThat(network.descriptors()).isEqualTo(before);
    }

    /** On BSD: the listener was ready, and accept() returns null all the same. */
    @Test
    void aClientThatResetsMayLeaveTheQueue() throws Exception {
        Peer[] a = new Peer[1];
        network.dropResetClients(true).schedule(new Schedule() {
            @Override
            public boolean asleep(long nanos) {
                a[0] = network.connect(7);
                return true;
            }

            @Override
            public void before(Call.Kind kind, String channel) {
                if (kind == Call.Kind.ACCEPT) {
                    a[0].reset();
                }
            }
        });
        try (ServerSocketChannel listener = network.provider().openServerSocketChannel();
                Selector selector = network.provider().openSelector()) {
            listener.bind(new InetSocketAddress(7)).configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            assertThat(selector.select()).isEqualTo(1);
            assertThat(listener.accept()).isNull();
        }
    }

    @Test
    void whatIsNotSimulatedSaysSo() throws Exception {
        assertThatThrownBy(() -> network.provider().openDatagramChannel())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("The simulated network has no DatagramChannel");
        assertThatThrownBy(() -> network.provider().openSocketChannel().socket())
                .hasMessage("The simulated network has no socket() of a SocketChannel");
        assertThat(network.notSimulated()).containsExactly("DatagramChannel", "socket() of a SocketChannel");
    }

    @Test
    void aSecondThreadThatServesIsNoticed() throws Exception {
        Selector selector = network.provider().openSelector();
        network.start(selector::select);
        network.awaitQuiet();
        selector.wakeup(); // may come from anywhere
        network.awaitQuiet();
        assertThat(network.notSimulated()).isEmpty();
        network.start(selector::select);
        network.awaitQuiet();
        network.provider().openSelector().selectNow();
        assertThat(network.notSimulated()).containsExactly("several threads");
    }

    /** A proxy's way out: the test is the server that it connects to. */
    @Test
    void theServerMayConnectToPeers() throws Exception {
        List<Peer> accepted = new ArrayList<>();
        network.listen(9000, accepted::add);
        network.listen(9001, null);
        SocketChannel out = network.provider().openSocketChannel();
        out.connect(new InetSocketAddress("localhost", 9000));
        out.setOption(StandardSocketOptions.TCP_NODELAY, true);
        accepted.get(0).send("hello");
        ByteBuffer buffer = ByteBuffer.allocate(9);
        assertThat(out.read(buffer)).isEqualTo(5);
        SocketChannel silent = network.provider().openSocketChannel();
        silent.configureBlocking(false);
        assertThat(silent.connect(new InetSocketAddress("localhost", 9001))).isFalse();
        assertThat(silent.finishConnect()).isFalse();
        assertThat(log()).endsWith("read(socket 1) = 5", "connect(socket 2)", "finishConnect(socket 2) = false");
    }

    @Test
    void aClientSendsBeforeItIsConnected() throws Exception {
        ServerSocketChannel listener = network.provider().openServerSocketChannel();
        listener.bind(new InetSocketAddress(7), 1);
        network.connect(7);
        network.connect(7);
        Peer late = network.connect(7).send("early");
        assertThat(late.isConnected()).isFalse();
        listener.accept();
        listener.accept();
        assertThat(late.isConnected()).isTrue();
        assertThat(listener.accept().read(ByteBuffer.allocate(9))).isEqualTo(5);
        List<Peer> waiting = List.of(network.connect(7), network.connect(7), network.connect(7));
        listener.close();
        assertThat(waiting).extracting(Peer::isReset).containsExactly(true, true, false);
        assertThat(waiting).extracting(Peer::isRefused).containsExactly(false, false, true);
        assertThat(network.connect(7).isRefused()).isTrue();
    }

    @Test
    void theTwentySeventhClientIsAa() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 28; i++) {
            names.add(network.connect(7).name());
        }
        assertThat(names).startsWith("A", "B").endsWith("Z", "AA", "AB");
        network.forget();
        assertThat(network.connect(7).name()).isEqualTo("A");
    }
}
