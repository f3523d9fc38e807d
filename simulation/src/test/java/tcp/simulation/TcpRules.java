package tcp.simulation;

import static java.nio.channels.SelectionKey.OP_ACCEPT;
import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tcp.simulation.World.Remote;
import tcp.simulation.World.RemoteListener;

/**
 * What a server may rely on when it uses TCP channels and a selector. The simulated network and the JDK's own channels
 * have to pass the same tests: where the two differ, the simulated one is wrong.
 */
@Timeout(20)
abstract class TcpRules {
    abstract World world();

    private World world;
    private SelectorProvider provider;
    private Selector selector;
    private ServerSocketChannel listener;
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private Remote remote;
    private SocketChannel channel;
    private SelectionKey key;

    @BeforeEach
    void listen() throws IOException {
        world = opened(world());
        provider = world.provider();
        selector = opened(provider.openSelector());
        listener = listening(50);
    }

    @AfterEach
    void closeAll() throws Exception {
        Thread.interrupted();
        for (AutoCloseable it : toClose) {
            it.close();
        }
    }

    private <T extends AutoCloseable> T opened(T it) {
        toClose.add(it);
        return it;
    }

    private ServerSocketChannel listening(int backlog) throws IOException {
        ServerSocketChannel it = opened(provider.openServerSocketChannel());
        it.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), backlog);
        it.configureBlocking(false);
        return it;
    }

    private static int port(ServerSocketChannel it) throws IOException {
        return ((InetSocketAddress) it.getLocalAddress()).getPort();
    }

    private int port() throws IOException {
        return port(listener);
    }

    /** Waits until it is there. */
    private SocketChannel accepted() throws IOException {
        SelectionKey accepting = listener.register(selector, OP_ACCEPT);
        assertThat(readyOps(accepting)).isEqualTo(OP_ACCEPT);
        SocketChannel it = opened(listener.accept());
        accepting.interestOps(0);
        return it;
    }

    /** A connection: remote is the other end, and channel and key are this one's. */
    private void connected(int interest) throws IOException {
        remote = world.connect(port());
        channel = accepted();
        channel.configureBlocking(false);
        key = channel.register(selector, interest);
    }

    /** What the selector reports of a key within 5 s; 0: nothing. */
    private int readyOps(SelectionKey of) throws IOException {
        return readyOps(of, 5000);
    }

    private int readyOps(SelectionKey of, long millis) throws IOException {
        selector.selectedKeys().clear();
        selector.select(millis);
        boolean is = selector.selectedKeys().contains(of);
        selector.selectedKeys().clear();
        return is ? of.readyOps() : 0;
    }

    private void assertNotReady(SelectionKey of) throws IOException {
        assertThat(readyOps(of, 30)).isZero();
    }

    /** Waits for OP_READ first: on a real network what was sent takes its time. */
    private String read(int most) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(most);
        int n = channel.read(buffer);
        if (n == 0) {
            int interest = key.interestOps();
            key.interestOps(OP_READ);
            assertThat(readyOps(key)).isEqualTo(OP_READ);
            key.interestOps(interest);
            n = channel.read(buffer);
        }
        return n == -1 ? "(end)" : new String(buffer.array(), 0, n, StandardCharsets.US_ASCII);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static ByteBuffer room(int n) {
        return ByteBuffer.allocate(n);
    }

    /** Writes until nothing is taken any more; returns how many bytes were. */
    private int fill() throws IOException {
        int sum = 0;
        for (int empty = 0; empty < 20; ) { // the bytes go on to the other end, and make room again
            int n = channel.write(room(64 * 1024));
            sum += n;
            if (n == 0) {
                empty++;
                key.interestOps(OP_WRITE);
                readyOps(key, 10);
            } else {
                empty = 0;
            }
        }
        return sum;
    }

    private void awaitReset() throws IOException {
        int interest = key.interestOps();
        key.interestOps(OP_READ);
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        key.interestOps(interest);
    }

    private static void assertIoe(ThrowingCallable call, String message) {
        assertThatIOException().isThrownBy(call).withMessage(message);
    }

    private void onLinux() {
        org.junit.jupiter.api.Assumptions.assumeTrue(world.linux(), "systems differ here; this is what Linux does");
    }

    // Listening

    @Test
    void port0MeansAnyFreePort() throws IOException {
        assertThat(port()).isPositive();
        assertThat(port(listening(50))).isPositive().isNotEqualTo(port());
        assertThat(listener.socket().getLocalPort()).isEqualTo(port());
    }

    @Test
    void aPortInUseCannotBeBound() throws IOException {
        ServerSocketChannel other = opened(provider.openServerSocketChannel());
        assertThatThrownBy(() -> other.bind(listener.getLocalAddress()))
                .isInstanceOf(BindException.class)
                .hasMessage("Address already in use");
        assertThat(other.getLocalAddress()).isNull();
    }

    @Test
    void aListenerIsBoundOnce() {
        assertThatThrownBy(() -> listener.bind(null)).isInstanceOf(AlreadyBoundException.class);
    }

    @Test
    void aHostThatIsNotKnownCannotBeBound() throws IOException {
        ServerSocketChannel other = opened(provider.openServerSocketChannel());
        assertThatThrownBy(() -> other.bind(InetSocketAddress.createUnresolved("nowhere.invalid", 0)))
                .isInstanceOf(UnresolvedAddressException.class);
    }

    @Test
    void acceptNeedsAPort() throws IOException {
        ServerSocketChannel other = opened(provider.openServerSocketChannel());
        assertThatThrownBy(other::accept).isInstanceOf(NotYetBoundException.class);
    }

    @Test
    void whereNobodyListensAClientIsRefused() throws IOException {
        int port = port();
        listener.close();
        assertThat(world.connect(port).isConnected()).isFalse();
    }

    @Test
    void aClosedPortIsFreeAgain() throws IOException {
        InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
        listener.close();
        ServerSocketChannel other = opened(provider.openServerSocketChannel());
        other.bind(address);
        assertThat(world.connect(address.getPort()).isConnected()).isTrue();
    }

    @Test
    void aRegisteredListenerKeepsItsPortUntilTheNextSelect() throws IOException {
        int port = port();
        listener.register(selector, OP_ACCEPT);
        selector.selectNow();
        listener.close();
        assertThat(world.connect(port).isConnected()).isTrue();
        selector.selectNow();
        assertThat(world.connect(port).isConnected()).isFalse();
    }

    @Test
    void aListenerIsReadyFromAClientsConnectUntilAccept() throws IOException {
        SelectionKey accepting = listener.register(selector, OP_ACCEPT);
        assertNotReady(accepting);
        world.connect(port());
        assertThat(readyOps(accepting)).isEqualTo(OP_ACCEPT);
        assertThat(readyOps(accepting)).isEqualTo(OP_ACCEPT);
        opened(listener.accept());
        assertNotReady(accepting);
    }

    @Test
    void acceptReturnsNullWhenNobodyWaits() throws IOException {
        assertThat(listener.accept()).isNull();
    }

    @Test
    void clientsAreAcceptedInTheOrderOfTheirConnects() throws IOException {
        Remote first = world.connect(port());
        Remote second = world.connect(port());
        assertThat(((InetSocketAddress) accepted().getRemoteAddress()).getPort())
                .isEqualTo(first.port());
        assertThat(((InetSocketAddress) accepted().getRemoteAddress()).getPort())
                .isEqualTo(second.port());
    }

    @Test
    void anAcceptedChannelIsConnectedAndBlocking() throws IOException {
        world.connect(port());
        SocketChannel it = accepted();
        assertThat(it.isConnected()).isTrue();
        assertThat(it.isBlocking()).isTrue();
        assertThat(((InetSocketAddress) it.getLocalAddress()).getPort()).isEqualTo(port());
        assertThat(it.getRemoteAddress().toString()).startsWith("/127.0.0.1:");
    }

    @Test
    void whatAClientSendsBeforeAcceptIsKept() throws IOException {
        remote = world.connect(port()).send("early");
        remote.shutdownOutput();
        connectedAs(accepted());
        assertThat(read(9)).isEqualTo("early");
        assertThat(read(9)).isEqualTo("(end)");
    }

    private void connectedAs(SocketChannel it) throws IOException {
        channel = it;
        channel.configureBlocking(false);
        key = channel.register(selector, OP_READ);
    }

    @Test
    void aClientThatLeftBeforeAcceptIsAcceptedAllTheSame() throws IOException {
        world.connect(port()).close();
        connectedAs(accepted());
        assertThat(read(9)).isEqualTo("(end)");
    }

    @Test
    void aClientThatResetBeforeAcceptIsAcceptedAllTheSame() throws IOException {
        onLinux();
        world.connect(port()).reset();
        connectedAs(accepted());
        awaitReset();
        assertIoe(() -> channel.read(room(9)), "Connection reset");
    }

    @Test
    void whenTheBacklogIsFullAClientWaitsForAnAccept() throws IOException {
        listener = listening(1);
        world.connect(port());
        if (world.linux()) {
            world.connect(port()); // one more than it says
        }
        Remote waiting = world.beginConnect(port());
        assertThat(waiting.isConnected()).isFalse();
        accepted();
        accepted();
        assertThat(readyOps(listener.register(selector, OP_ACCEPT))).isEqualTo(OP_ACCEPT);
        assertThat(waiting.isConnected()).isTrue();
    }

    @Test
    void whoWaitsInTheQueueIsResetWhenTheListenerCloses() throws IOException {
        onLinux();
        Remote waiting = world.connect(port());
        listener.close();
        assertThat(waiting.rest()).isEqualTo("(reset)");
    }

    // Reading

    @Test
    void readReturns0WhenNothingHasCome() throws IOException {
        connected(OP_READ);
        assertThat(channel.read(room(9))).isZero();
        assertNotReady(key);
    }

    @Test
    void readTakesWhatFitsAndLeavesTheRest() throws IOException {
        connected(OP_READ);
        remote.send("hello");
        assertThat(read(3)).isEqualTo("hel");
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        assertThat(read(9)).isEqualTo("lo");
        assertNotReady(key);
    }

    @Test
    void readiness_isLevelTriggered() throws IOException {
        connected(OP_READ);
        remote.send("hello");
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        assertThat(readyOps(key)).isEqualTo(OP_READ);
    }

    @Test
    void twoSendsMayBeOneRead() throws IOException {
        connected(OP_READ);
        remote.send("hel");
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        remote.send("lo");
        String first = read(9);
        assertThat(first + (first.length() < 5 ? read(9) : "")).isEqualTo("hello");
    }

    @Test
    void bytesComeBeforeTheEnd() throws IOException {
        connected(OP_READ);
        remote.send("hello");
        remote.shutdownOutput();
        assertThat(read(9)).isEqualTo("hello");
        assertThat(read(9)).isEqualTo("(end)");
    }

    @Test
    void theEndOfTheStreamIsReadyForEver() throws IOException {
        connected(OP_READ);
        remote.shutdownOutput();
        for (int i = 0; i < 3; i++) {
            assertThat(readyOps(key)).isEqualTo(OP_READ);
            assertThat(channel.read(room(9))).isEqualTo(-1);
        }
    }

    @Test
    void aHalfClosedClientStillGetsAnswers() throws IOException {
        connected(OP_READ);
        remote.shutdownOutput();
        assertThat(read(9)).isEqualTo("(end)");
        assertThat(channel.write(bytes("answer"))).isEqualTo(6);
        assertThat(remote.read(6)).isEqualTo("answer");
    }

    @Test
    void aBufferWithoutRoomReads0EvenAtTheEnd() throws IOException {
        connected(OP_READ);
        remote.shutdownOutput();
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        assertThat(channel.read(room(0))).isZero();
    }

    @Test
    void aReadOnlyBufferIsRefused() throws IOException {
        connected(OP_READ);
        assertThatThrownBy(() -> channel.read(room(9).asReadOnlyBuffer())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aScatteringReadFillsBuffersInOrder() throws IOException {
        connected(OP_READ);
        remote.send("hello");
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        ByteBuffer[] buffers = {room(2), room(9)};
        assertThat(channel.read(buffers)).isEqualTo(5);
        assertThat(buffers[0].array()).startsWith('h', 'e');
        assertThat(buffers[1].array()).startsWith('l', 'l', 'o');
    }

    @Test
    void aResetIsReadyForReadingAndReadFails() throws IOException {
        connected(OP_READ);
        remote.reset();
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        assertThatThrownBy(() -> channel.read(room(9)))
                .isInstanceOf(SocketException.class)
                .hasMessage("Connection reset");
    }

    @Test
    void afterAResetEveryReadFails() throws IOException {
        connected(OP_READ);
        remote.reset();
        awaitReset();
        for (int i = 0; i < 3; i++) {
            assertIoe(() -> channel.read(room(9)), "Connection reset");
            assertThat(channel.isOpen()).isTrue();
            assertThat(readyOps(key)).isEqualTo(OP_READ);
        }
    }

    @Test
    void bytesBeforeAResetCanStillBeRead() throws IOException {
        onLinux();
        connected(OP_READ);
        remote.send("hello");
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        remote.reset();
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        assertThat(read(3)).isEqualTo("hel");
        assertThat(read(9)).isEqualTo("lo");
        awaitReset();
        assertIoe(() -> channel.read(room(9)), "Connection reset");
    }

    @Test
    void aResetAfterTheEndIsAnEndForReadAndABrokenPipeForWrite() throws IOException {
        onLinux();
        connected(OP_READ);
        remote.shutdownOutput();
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        remote.reset();
        assertThat(channel.read(room(9))).isEqualTo(-1);
        awaitBrokenPipe();
        assertThat(channel.read(room(9))).isEqualTo(-1);
    }

    @Test
    void afterShutdownInputReadIsAtItsEnd() throws IOException {
        connected(OP_READ);
        remote.send("hello");
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        channel.shutdownInput();
        assertThat(channel.read(room(9))).isEqualTo(-1);
        assertThat(channel.write(bytes("x"))).isEqualTo(1);
        assertThat(remote.read(1)).isEqualTo("x");
    }

    @Test
    void shutdownInputIsReadyForReading() throws IOException {
        onLinux();
        connected(OP_READ);
        channel.shutdownInput();
        assertThat(readyOps(key)).isEqualTo(OP_READ);
    }

    @Test
    void whoIsNotReadFromIsStopped() throws IOException {
        connected(OP_READ);
        int most = 64 * 1024 * 1024;
        int sent = remote.sendMany(most);
        assertThat(sent).isLessThan(most);
        ByteBuffer buffer = room(1024 * 1024);
        int got = 0;
        while (got < sent) {
            got += channel.read(buffer.clear());
            if (buffer.position() == 0) {
                assertThat(readyOps(key)).isEqualTo(OP_READ);
            }
        }
        assertThat(got).isEqualTo(sent);
        assertThat(remote.sendMany(1000)).isEqualTo(1000);
    }

    // Writing

    @Test
    void aConnectedChannelIsWritable() throws IOException {
        connected(OP_READ | OP_WRITE);
        assertThat(readyOps(key)).isEqualTo(OP_WRITE);
        assertThat(readyOps(key)).isEqualTo(OP_WRITE);
    }

    @Test
    void whatIsWrittenArrives() throws IOException {
        connected(OP_READ);
        ByteBuffer hello = bytes("hello");
        assertThat(channel.write(hello)).isEqualTo(5);
        assertThat(hello.hasRemaining()).isFalse();
        assertThat(remote.read(5)).isEqualTo("hello");
    }

    @Test
    void writeTakesPartWhenTheClientDoesNotRead() throws IOException {
        remote = world.connectWithSmallWindow(port());
        connectedAs(accepted());
        ByteBuffer many = room(64 * 1024 * 1024);
        int n = channel.write(many);
        assertThat(n).isPositive().isLessThan(many.capacity()).isEqualTo(many.position());
    }

    @Test
    void aFullSendBufferIsNotWritableUntilTheClientReads() throws IOException {
        remote = world.connectWithSmallWindow(port());
        connectedAs(accepted());
        int sent = fill();
        key.interestOps(OP_WRITE);
        assertNotReady(key);
        remote.read(sent);
        assertThat(readyOps(key)).isEqualTo(OP_WRITE);
        assertThat(channel.write(bytes("x"))).isEqualTo(1);
        assertThat(remote.read(1)).isEqualTo("x");
    }

    @Test
    void theEndOfTheClientsBytesMakesNoRoomForOurs() throws IOException {
        remote = world.connectWithSmallWindow(port());
        connectedAs(accepted());
        fill();
        remote.shutdownOutput();
        key.interestOps(OP_READ | OP_WRITE);
        assertThat(readyOps(key)).isEqualTo(OP_READ);
    }

    @Test
    void aGatheringWriteSendsBuffersInOrder() throws IOException {
        connected(OP_READ);
        assertThat(channel.write(new ByteBuffer[] {bytes("hel"), bytes(""), bytes("lo")}))
                .isEqualTo(5);
        assertThat(remote.read(5)).isEqualTo("hello");
        assertThatThrownBy(() -> channel.write(new ByteBuffer[] {bytes("x")}, 0, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void anEmptyBufferWrites0() throws IOException {
        connected(OP_READ);
        assertThat(channel.write(room(0))).isZero();
    }

    @Test
    void shutdownOutputEndsOneDirection() throws IOException {
        connected(OP_READ);
        channel.write(bytes("bye"));
        channel.shutdownOutput();
        assertThat(remote.rest()).isEqualTo("bye(end)");
        remote.send("still here");
        assertThat(read(20)).isEqualTo("still here");
    }

    @Test
    void theEndComesAfterAllThatWasWritten() throws IOException {
        remote = world.connectWithSmallWindow(port());
        connectedAs(accepted());
        int sent = fill();
        channel.shutdownOutput();
        assertThat(remote.rest()).hasSize(sent + "(end)".length());
    }

    @Test
    void afterShutdownOutputWriteFails() throws IOException {
        connected(OP_READ);
        channel.shutdownOutput();
        channel.shutdownOutput(); // again: no harm
        assertThatThrownBy(() -> channel.write(bytes("x"))).isInstanceOf(ClosedChannelException.class);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void afterShutdownOutputAChannelIsReportedWritable() throws IOException {
        onLinux();
        connected(OP_WRITE);
        channel.shutdownOutput();
        assertThat(readyOps(key)).isEqualTo(OP_WRITE);
    }

    @Test
    void theFirstWriteToAClientThatHasGoneSucceedsAndThenThePipeIsBroken() throws IOException {
        onLinux();
        connected(OP_READ);
        remote.close();
        assertThat(read(9)).isEqualTo("(end)");
        assertThat(channel.write(bytes("x"))).isEqualTo(1);
        key.interestOps(OP_READ | OP_WRITE);
        awaitBrokenPipe();
        assertThat(channel.read(room(9))).isEqualTo(-1);
        assertThat(readyOps(key)).isEqualTo(OP_READ | OP_WRITE);
    }

    private void awaitBrokenPipe() {
        assertIoe(
                () -> {
                    for (int i = 0; i < 1000; i++) { // on a real network the reset takes its time
                        channel.write(bytes("x"));
                        selector.selectNow();
                    }
                },
                "Broken pipe");
    }

    @Test
    void writeAfterAResetFailsOnceWithIt() throws IOException {
        onLinux();
        connected(OP_READ);
        remote.reset();
        awaitReset();
        assertIoe(() -> channel.write(bytes("x")), "Connection reset by peer");
        assertIoe(() -> channel.write(bytes("x")), "Broken pipe");
        assertThat(channel.read(room(9))).isEqualTo(-1);
    }

    @Test
    void writeAfterAReadThatReportedTheResetIsABrokenPipe() throws IOException {
        onLinux();
        connected(OP_READ);
        remote.reset();
        awaitReset();
        assertIoe(() -> channel.read(room(9)), "Connection reset");
        assertIoe(() -> channel.write(bytes("x")), "Broken pipe");
        assertIoe(() -> channel.read(room(9)), "Connection reset");
    }

    @Test
    void aResetMakesAllThatYouAskForReady() throws IOException {
        onLinux();
        remote = world.connectWithSmallWindow(port());
        connectedAs(accepted());
        fill();
        key.interestOps(OP_READ | OP_WRITE);
        assertNotReady(key);
        remote.reset();
        assertThat(readyOps(key)).isEqualTo(OP_READ | OP_WRITE);
    }

    @Test
    void shutdownOutputAfterAResetDoesNoHarm() throws IOException {
        connected(OP_READ);
        remote.reset();
        awaitReset();
        channel.shutdownOutput();
    }

    @Test
    void optionsCanBeSetAfterAReset() throws IOException {
        onLinux(); // macOS: Invalid argument
        connected(OP_READ);
        remote.reset();
        awaitReset();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    // Closing

    @Test
    void closeEndsTheConnection() throws IOException {
        remote = world.connect(port());
        channel = accepted();
        channel.write(bytes("bye"));
        channel.close();
        assertThat(remote.rest()).isEqualTo("bye(end)");
    }

    @Test
    void closeSendsAllThatWasWritten() throws IOException {
        remote = world.connectWithSmallWindow(port());
        connectedAs(accepted());
        int sent = fill();
        channel.close();
        selector.selectNow();
        assertThat(remote.rest()).hasSize(sent + "(end)".length());
    }

    @Test
    void closeWithUnreadInputResets() throws IOException {
        remote = world.connect(port()).send("unread");
        channel = accepted();
        channel.configureBlocking(false);
        key = channel.register(selector, OP_READ);
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        key.cancel();
        selector.selectNow();
        channel.close();
        assertThat(remote.rest()).isEqualTo("(reset)");
    }

    @Test
    void aRegisteredChannelEndsAtOnceAndGoesWithTheNextSelect() throws IOException {
        connected(OP_READ);
        channel.close();
        assertThat(remote.rest()).isEqualTo("(end)");
        assertThat(channel.isRegistered()).isTrue();
        assertThat(selector.keys()).contains(key);
        selector.selectNow();
        assertThat(channel.isRegistered()).isFalse();
        assertThat(selector.keys()).doesNotContain(key);
    }

    @Test
    void aRegisteredChannelWithUnreadInputEndsAtOnceAndResetsWithTheNextSelect() throws IOException {
        onLinux();
        connected(OP_READ);
        remote.send("unread");
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        channel.close();
        assertThat(remote.rest()).isEqualTo("(end)");
        remote.send("still taken");
        selector.selectNow();
        awaitBrokenPipeAtTheOtherEnd();
    }

    @Test
    void closeWithLinger0Resets() throws IOException {
        connected(OP_READ);
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
        selector.selectNow();
        assertThat(remote.rest()).isEqualTo("(reset)");
    }

    @Test
    void bytesForAClosedChannelAreAnsweredWithAReset() throws IOException {
        connected(OP_READ);
        channel.close();
        selector.selectNow();
        assertThat(remote.rest()).isEqualTo("(end)");
        remote.send("too late");
        awaitBrokenPipeAtTheOtherEnd();
    }

    private void awaitBrokenPipeAtTheOtherEnd() {
        assertIoe(
                () -> {
                    for (int i = 0; i < 1000; i++) {
                        remote.send("x");
                    }
                },
                "Broken pipe");
    }

    @Test
    void closeAfterBothHaveEndedResetsNobody() throws IOException {
        connected(OP_READ);
        remote.send("unread");
        remote.shutdownOutput();
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        channel.write(bytes("bye"));
        channel.shutdownOutput();
        assertThat(remote.read(3)).isEqualTo("bye");
        channel.close();
        selector.selectNow();
        assertThat(remote.rest()).isEqualTo("(end)");
    }

    @Test
    void aClosedChannelCanDoNothing() throws IOException {
        connected(OP_READ);
        channel.close();
        channel.close();
        assertThat(channel.isOpen()).isFalse();
        List<ThrowingCallable> calls = List.of(
                () -> channel.read(room(9)),
                () -> channel.write(bytes("x")),
                () -> channel.shutdownOutput(),
                () -> channel.shutdownInput(),
                () -> channel.connect(listener.getLocalAddress()),
                () -> channel.finishConnect(),
                () -> channel.getRemoteAddress(),
                () -> channel.getLocalAddress(),
                () -> channel.setOption(StandardSocketOptions.TCP_NODELAY, true),
                () -> channel.configureBlocking(true),
                () -> channel.register(selector, OP_READ));
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(ClosedChannelException.class);
        }
        listener.close();
        assertThatThrownBy(listener::accept).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(listener::getLocalAddress).isInstanceOf(ClosedChannelException.class);
    }

    // Keys and selectors

    @Test
    void onlyANonBlockingChannelCanBeRegistered() throws IOException {
        world.connect(port());
        SocketChannel it = accepted();
        assertThatThrownBy(() -> it.register(selector, OP_READ)).isInstanceOf(IllegalBlockingModeException.class);
    }

    @Test
    void aRegisteredChannelStaysNonBlocking() throws IOException {
        connected(OP_READ);
        assertThatThrownBy(() -> channel.configureBlocking(true)).isInstanceOf(IllegalBlockingModeException.class);
    }

    @Test
    void aChannelHasNoOtherOperationsThanItsOwn() throws IOException {
        assertThatThrownBy(() -> listener.register(selector, OP_READ)).isInstanceOf(IllegalArgumentException.class);
        connected(OP_READ);
        assertThatThrownBy(() -> key.interestOps(OP_ACCEPT)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void registeringAgainChangesTheSameKey() throws IOException {
        connected(OP_READ);
        assertThat(channel.register(selector, OP_WRITE, "attachment")).isSameAs(key);
        assertThat(key.interestOps()).isEqualTo(OP_WRITE);
        assertThat(key.attachment()).isEqualTo("attachment");
        assertThat(channel.keyFor(selector)).isSameAs(key);
    }

    @Test
    void aCancelledKeyIsThereUntilTheNextSelect() throws IOException {
        connected(OP_READ);
        key.cancel();
        assertThat(key.isValid()).isFalse();
        assertThat(selector.keys()).contains(key);
        assertThatThrownBy(() -> channel.register(selector, OP_READ)).isInstanceOf(CancelledKeyException.class);
        selector.selectNow();
        assertThat(selector.keys()).doesNotContain(key);
        assertThat(channel.register(selector, OP_READ)).isNotSameAs(key);
        channel.write(bytes("x")); // the channel is as it was
        assertThat(remote.read(1)).isEqualTo("x");
    }

    @Test
    void aCancelledKeyTellsNothing() throws IOException {
        connected(OP_READ);
        channel.close(); // cancels it
        assertThat(key.isValid()).isFalse();
        assertThatThrownBy(key::interestOps).isInstanceOf(CancelledKeyException.class);
        assertThatThrownBy(() -> key.interestOps(0)).isInstanceOf(CancelledKeyException.class);
        assertThatThrownBy(key::readyOps).isInstanceOf(CancelledKeyException.class);
        assertThatThrownBy(key::isReadable).isInstanceOf(CancelledKeyException.class);
    }

    @Test
    void withoutInterestNothingIsReported() throws IOException {
        connected(0);
        remote.send("hello");
        assertNotReady(key);
        remote.reset();
        assertNotReady(key);
        key.interestOps(OP_READ);
        assertThat(readyOps(key)).isEqualTo(OP_READ);
    }

    @Test
    void aSelectedKeyThatIsNotRemovedIsNotCountedAgain() throws IOException {
        connected(OP_READ);
        remote.send("hello");
        assertThat(selector.select(5000)).isEqualTo(1);
        assertThat(selector.select(30)).isZero();
        assertThat(selector.selectedKeys()).containsExactly(key);
    }

    @Test
    void aCancelledKeyIsNotSelectedAfterTheNextSelect() throws IOException {
        connected(OP_WRITE);
        selector.select(5000);
        key.cancel();
        assertThat(selector.selectedKeys()).containsExactly(key);
        selector.selectNow();
        assertThat(selector.selectedKeys()).isEmpty();
    }

    @Test
    void theReadySetOfASelectedKeyGrows() throws IOException {
        connected(OP_WRITE);
        assertThat(selector.select(5000)).isEqualTo(1);
        remote.send("hello");
        key.interestOps(OP_READ);
        assertThat(selector.select(5000)).isEqualTo(1);
        assertThat(key.readyOps()).isEqualTo(OP_READ | OP_WRITE);
    }

    @Test
    void keysAreNotAddedOrRemovedByHand() throws IOException {
        connected(OP_WRITE);
        selector.select(5000);
        assertThatThrownBy(() -> selector.selectedKeys().add(key)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> selector.keys().remove(key)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(selector.selectedKeys().remove(key)).isTrue();
    }

    @Test
    void anActionGetsTheReadyKeysAndTheSelectedKeysStayAsTheyAre() throws IOException {
        connected(OP_READ | OP_WRITE);
        remote.send("hello");
        key.interestOps(OP_READ);
        List<Integer> ready = new ArrayList<>();
        assertThat(selector.select(it -> ready.add(it.readyOps()), 5000)).isEqualTo(1);
        assertThat(ready).containsExactly(OP_READ);
        assertThat(selector.selectedKeys()).isEmpty();
    }

    @Test
    void anActionMayGetAKeyThatAnotherOneHasJustCancelled() throws IOException {
        connected(OP_READ);
        SelectionKey first = key;
        connected(OP_READ);
        key.interestOps(OP_WRITE);
        first.interestOps(OP_WRITE);
        List<Boolean> valid = new ArrayList<>();
        selector.select(
                it -> {
                    valid.add(it.isValid());
                    (it == key ? first : key).cancel();
                },
                5000);
        assertThat(valid).containsExactly(true, false);
    }

    @Test
    void anInterestThatIsGoneBeforeItsTurnIsNotReported() throws IOException {
        connected(OP_WRITE);
        SelectionKey first = key;
        connected(OP_WRITE);
        List<SelectionKey> got = new ArrayList<>();
        selector.select(
                it -> {
                    got.add(it);
                    (it == key ? first : key).interestOps(0);
                },
                5000);
        assertThat(got).hasSize(1);
    }

    @Test
    void whatAnActionThrowsLeavesSelect() throws IOException {
        connected(OP_WRITE);
        assertThatThrownBy(() -> selector.select(
                        it -> {
                            throw new IllegalArgumentException("from the action");
                        },
                        5000))
                .hasMessage("from the action");
        assertThat(readyOps(key)).isEqualTo(OP_WRITE);
    }

    @Test
    void anActionMustNotSelect() throws IOException {
        connected(OP_WRITE);
        assertThatThrownBy(() -> selector.select(
                        it -> {
                            try {
                                selector.selectNow();
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                        },
                        5000))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void selectNowDoesNotWait() throws IOException {
        connected(OP_READ);
        assertThat(selector.selectNow()).isZero();
        assertThat(selector.selectNow(it -> {})).isZero();
    }

    @Test
    void selectWithALimitReturns0WhenTheTimeIsUp() throws IOException {
        connected(OP_READ);
        assertThat(selector.select(20)).isZero();
        assertThatThrownBy(() -> selector.select(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> selector.select(null, 20)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void aWakeupCountsForTheNextSelectAndOnce() throws Exception {
        selector.wakeup();
        selector.wakeup();
        assertThat(selector.select()).isZero();
        assertSleepsUntilWakeup();
    }

    private void assertSleepsUntilWakeup() throws Exception {
        CompletableFuture<Integer> selected = new CompletableFuture<>();
        Thread thread = start(() -> selected.complete(selector.select()));
        world.awaitAsleep(thread);
        assertThat(selected).isNotDone();
        selector.wakeup();
        assertThat(selected.get(5, TimeUnit.SECONDS)).isZero();
    }

    private interface Action {
        void run() throws Exception;
    }

    private Thread start(Action action) {
        Thread thread = new Thread(() -> {
            try {
                action.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void anInterruptedThreadDoesNotSleepInSelectAndChannelsStayOpen() throws IOException {
        connected(OP_READ);
        Thread.currentThread().interrupt();
        assertThat(selector.select()).isZero();
        assertThat(selector.select()).isZero();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(selector.isOpen()).isTrue();
        assertThat(channel.isOpen()).isTrue();
        remote.send("hello");
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        Thread.currentThread().interrupt();
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        assertThat(channel.read(room(9))).isEqualTo(5);
    }

    @Test
    void anInterruptEndsSelect() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = start(() -> {
            selector.select();
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        world.awaitAsleep(thread);
        thread.interrupt();
        assertThat(interrupted.get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aClosedSelectorCanDoNothing() throws IOException {
        connected(OP_READ);
        selector.close();
        selector.close();
        assertThat(key.isValid()).isFalse();
        assertThat(channel.isOpen()).isTrue();
        assertThat(channel.isRegistered()).isFalse();
        List<ThrowingCallable> calls = List.of(
                () -> selector.select(),
                () -> selector.selectNow(),
                () -> selector.keys(),
                () -> selector.selectedKeys(),
                () -> channel.register(selector, OP_READ));
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(ClosedSelectorException.class);
        }
        selector.wakeup();
    }

    @Test
    void closingASelectorEndsSelect() throws Exception {
        CompletableFuture<Integer> selected = new CompletableFuture<>();
        Thread thread = start(() -> selected.complete(selector.select()));
        world.awaitAsleep(thread);
        selector.close();
        assertThat(selected.get(5, TimeUnit.SECONDS)).isZero();
        assertThatThrownBy(selector::select).isInstanceOf(ClosedSelectorException.class);
    }

    @Test
    void theSelectorGoesAndAClosedChannelGoesWithIt() throws IOException {
        connected(OP_READ);
        int port = port();
        listener.close();
        channel.close();
        selector.close();
        assertThat(world.connect(port).isConnected()).isFalse();
        assertThat(remote.rest()).isEqualTo("(end)");
    }

    @Test
    void oneChannelCanHaveTwoSelectors() throws IOException {
        connected(OP_READ);
        Selector other = opened(provider.openSelector());
        SelectionKey otherKey = channel.register(other, OP_WRITE, "attachment");
        assertThat(otherKey).isNotSameAs(key);
        assertThat(otherKey.attachment()).isEqualTo("attachment");
        assertThat(other.select(5000)).isEqualTo(1);
        assertNotReady(key);
        channel.close();
        assertThat(otherKey.isValid()).isFalse();
        selector.selectNow();
        assertThat(channel.isRegistered()).isTrue();
        other.selectNow();
        assertThat(channel.isRegistered()).isFalse();
    }

    @Test
    void aClosedChannelGoesBeforeSelectSleeps() throws Exception {
        onLinux();
        connected(OP_READ);
        remote.send("unread");
        assertThat(readyOps(key)).isEqualTo(OP_READ);
        channel.close();
        Thread thread = start(() -> selector.select());
        world.awaitAsleep(thread);
        awaitBrokenPipeAtTheOtherEnd();
        selector.wakeup();
        thread.join();
    }

    @Test
    void aKeyThatIsCancelledWhileSelectSleepsIsNotReported() throws Exception {
        connected(OP_READ);
        CompletableFuture<Integer> selected = new CompletableFuture<>();
        Thread thread = start(() -> selected.complete(selector.select()));
        world.awaitAsleep(thread);
        key.cancel();
        remote.send("hello");
        assertThat(selected.get(5, TimeUnit.SECONDS)).isZero();
        assertThat(selector.keys()).doesNotContain(key);
    }

    @Test
    void aSleepingSelectWakesForAClient() throws Exception {
        SelectionKey accepting = listener.register(selector, OP_ACCEPT);
        CompletableFuture<Integer> selected = new CompletableFuture<>();
        Thread thread = start(() -> selected.complete(selector.select()));
        world.awaitAsleep(thread);
        world.connect(port());
        assertThat(selected.get(5, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(accepting.isAcceptable()).isTrue();
    }

    // Blocking mode

    @Test
    void aBlockingAcceptWaits() throws Exception {
        listener.configureBlocking(true);
        CompletableFuture<SocketChannel> got = new CompletableFuture<>();
        Thread thread = start(() -> got.complete(listener.accept()));
        world.awaitAsleep(thread);
        world.connect(port());
        opened(got.get(5, TimeUnit.SECONDS));
    }

    @Test
    void aBlockingReadWaits() throws Exception {
        remote = world.connect(port());
        channel = accepted();
        CompletableFuture<Integer> n = new CompletableFuture<>();
        Thread thread = start(() -> n.complete(channel.read(room(9))));
        world.awaitAsleep(thread);
        remote.send("hello");
        assertThat(n.get(5, TimeUnit.SECONDS)).isEqualTo(5);
    }

    @Test
    void aBlockingWriteWaitsUntilAllIsTaken() throws Exception {
        remote = world.connectWithSmallWindow(port());
        channel = accepted();
        int size = 16 * 1024 * 1024;
        CompletableFuture<Integer> n = new CompletableFuture<>();
        Thread thread = start(() -> n.complete(channel.write(room(size))));
        world.awaitAsleep(thread);
        remote.read(size);
        assertThat(n.get(5, TimeUnit.SECONDS)).isEqualTo(size);
    }

    @Test
    void whoSleepsInAChannelThatIsClosedIsTold() throws Exception {
        remote = world.connect(port());
        channel = accepted();
        CompletableFuture<Integer> n = new CompletableFuture<>();
        Thread thread = completing(n, () -> channel.read(room(9)));
        world.awaitAsleep(thread);
        channel.close();
        assertThatThrownBy(() -> n.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(AsynchronousCloseException.class);
        assertThat(remote.rest()).isEqualTo("(end)");
    }

    @Test
    void anInterruptClosesTheChannelOfABlockingCall() throws Exception {
        listener.configureBlocking(true);
        CompletableFuture<SocketChannel> got = new CompletableFuture<>();
        Thread thread = completing(got, listener::accept);
        world.awaitAsleep(thread);
        thread.interrupt();
        assertThatThrownBy(() -> got.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(ClosedByInterruptException.class);
        assertThat(listener.isOpen()).isFalse();
    }

    @Test
    void anInterruptedThreadCannotUseABlockingChannel() throws IOException {
        world.connect(port()).send("hello");
        SocketChannel it = accepted();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> it.read(room(9))).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(it.isOpen()).isFalse();
    }

    private <T> Thread completing(CompletableFuture<T> future, java.util.concurrent.Callable<T> call) {
        return start(() -> {
            try {
                future.complete(call.call());
            } catch (Exception e) {
                future.completeExceptionally(e);
            }
        });
    }

    // Connecting

    private SocketChannel connecting(int port) throws IOException {
        SocketChannel it = opened(provider.openSocketChannel());
        it.configureBlocking(false);
        it.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return it;
    }

    @Test
    void aConnectionIsMadeInTwoSteps() throws IOException {
        RemoteListener there = world.listen();
        channel = connecting(there.port());
        key = channel.register(selector, OP_CONNECT);
        assertThat(readyOps(key)).isEqualTo(OP_CONNECT);
        assertThat(channel.isConnected()).isFalse();
        assertThat(channel.isConnectionPending()).isTrue();
        assertThat(channel.finishConnect()).isTrue();
        assertThat(channel.isConnected()).isTrue();
        assertThat(channel.finishConnect()).isTrue();
        assertThat(selector.select()).isZero(); // OP_CONNECT is left on: it returns at once
        key.interestOps(OP_READ);
        remote = there.accept().send("welcome");
        assertThat(read(9)).isEqualTo("welcome");
        channel.write(bytes("thanks"));
        assertThat(remote.read(6)).isEqualTo("thanks");
    }

    @Test
    void aRefusedConnectionIsReadyAndFinishConnectFails() throws IOException {
        int port = port();
        listener.close();
        channel = connecting(port);
        key = channel.register(selector, OP_CONNECT);
        assertThat(readyOps(key)).isEqualTo(OP_CONNECT);
        assertThatThrownBy(channel::finishConnect)
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whoeverDoesNotAnswerIsWaitedFor() throws IOException {
        listener = listening(1);
        connecting(port());
        connecting(port());
        channel = connecting(port());
        key = channel.register(selector, OP_CONNECT);
        assertNotReady(key);
        assertThat(channel.finishConnect()).isFalse();
    }

    @Test
    void aBlockingConnectReturnsWhenConnected() throws IOException {
        RemoteListener there = world.listen();
        SocketChannel it = opened(provider.openSocketChannel());
        assertThat(it.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), there.port())))
                .isTrue();
        assertThat(((InetSocketAddress) it.getRemoteAddress()).getPort()).isEqualTo(there.port());
    }

    @Test
    void aChannelConnectsOnce() throws IOException {
        SocketChannel it = opened(provider.openSocketChannel());
        assertThatThrownBy(it::finishConnect).isInstanceOf(NoConnectionPendingException.class);
        RemoteListener there = world.listen();
        channel = connecting(there.port());
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), there.port());
        assertThatThrownBy(() -> channel.connect(address)).isInstanceOf(ConnectionPendingException.class);
        key = channel.register(selector, OP_CONNECT);
        assertThat(readyOps(key)).isEqualTo(OP_CONNECT);
        channel.finishConnect();
        assertThatThrownBy(() -> channel.connect(address)).isInstanceOf(AlreadyConnectedException.class);
    }

    @Test
    void withoutAConnectionThereIsNothingToReadOrWrite() throws IOException {
        SocketChannel it = opened(provider.openSocketChannel());
        assertThat(it.isConnected()).isFalse();
        assertThat(it.getRemoteAddress()).isNull();
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> it.read(room(9)), () -> it.write(bytes("x")), it::shutdownOutput, it::shutdownInput)) {
            assertThatThrownBy(call).isInstanceOf(NotYetConnectedException.class);
        }
    }

    @Test
    void aChannelThatDoesNotConnectIsReportedAllTheTime() throws IOException {
        onLinux();
        SocketChannel it = opened(provider.openSocketChannel());
        it.configureBlocking(false);
        assertThat(readyOps(it.register(selector, OP_CONNECT))).isEqualTo(OP_CONNECT);
        assertThat(readyOps(it.register(selector, OP_READ))).isEqualTo(OP_READ);
    }

    @Test
    void twoChannelsOfOneProgramCanTalk() throws IOException {
        SocketChannel client = connecting(port());
        connectedAs(accepted());
        assertThat(client.finishConnect()).isTrue();
        client.write(bytes("hello"));
        assertThat(read(9)).isEqualTo("hello");
    }

    // Options

    @Test
    void anOptionKeepsItsValue() throws IOException {
        connected(OP_READ);
        assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        assertThat(channel.getOption(StandardSocketOptions.SO_LINGER)).isNegative();
        assertThat(channel.getOption(StandardSocketOptions.SO_SNDBUF)).isPositive();
    }

    @Test
    void unknownOptionsAndValuesAreRefused() throws IOException {
        connected(OP_READ);
        assertThatThrownBy(() -> listener.setOption(StandardSocketOptions.TCP_NODELAY, true))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 1))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.setOption(null, 1)).isInstanceOf(NullPointerException.class);
        assertThat(channel.supportedOptions())
                .contains(
                        StandardSocketOptions.TCP_NODELAY,
                        StandardSocketOptions.SO_LINGER,
                        StandardSocketOptions.SO_SNDBUF);
    }
}
