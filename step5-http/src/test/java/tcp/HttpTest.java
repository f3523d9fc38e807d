package tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.Client;
import tcp.testkit.Flood;
import tcp.testkit.InProcessContract;
import tcp.testkit.Latency;
import tcp.testkit.Machine;
import tcp.testkit.ServerExtension;

class HttpTest implements HttpContract, InProcessContract {
    @RegisterExtension
    final ServerExtension<Server> server = new ServerExtension<>(() -> new Server(0), Server::port, Server::run);

    @Override
    public ServerExtension<?> server() {
        return server;
    }

    @Override
    public InetSocketAddress address() {
        return server.address();
    }

    /** A client that has its answer and stays costs nothing: nothing is owed to it. */
    @Test
    void clientThatStaysCostsNoCpu() throws Exception {
        try (Client client = Client.connect(address())) {
            client.send(REQUEST).expect(RESPONSE);
            assertLoopIsIdle(
                    "is OP_WRITE still in the interest set? A channel is nearly" + " always ready for writing.");
        }
    }

    /** Three clients that send requests and read answers without a pause. */
    @Test
    void floodsOfRequestsDoNotKeepOthersWaiting() {
        String requests = REQUEST.repeat(100);
        try (Flood flood =
                Flood.of(3, address(), client -> client.send(requests).receive(100 * RESPONSE.length()))) {
            checkLatency("requests");
        }
    }

    /** Three clients that send heads without end. */
    @Test
    void floodsOfBytesDoNotKeepOthersWaiting() {
        byte[] bytes = new byte[64 * 1024];
        try (Flood flood = Flood.of(3, address(), client -> client.send(bytes))) {
            checkLatency("bytes");
        }
    }

    /** Three clients that connect, ask and reset all the time. */
    @Test
    void floodsOfConnectsDoNotKeepOthersWaiting() {
        try (Flood flood =
                Flood.ofConnects(3, address(), client -> client.send(REQUEST).reset())) {
            checkLatency("connects");
        }
    }

    private void checkLatency(String what) {
        try (Client client = Client.connect(address())) {
            Latency.check("Step 5, three floods of " + what, () -> client.send(REQUEST)
                    .expect(RESPONSE));
        }
    }

    /** Requests make no garbage: 10,000 of them allocate less than a byte each. */
    @Test
    void requestsMakeNoGarbage() {
        try (Client client = Client.connect(address())) {
            ask(client, 2_000); // classes are loaded and code is compiled meanwhile
            long before = server.allocatedBytes();
            ask(client, 10_000);
            assertAllocatedLessThan(10_000, before, "10,000 requests");
        }
    }

    private static void ask(Client client, int times) {
        for (int i = 0; i < times; i++) {
            client.send(REQUEST).expect(RESPONSE);
        }
    }

    /** A head without end: 20 MB of it leave nothing on the heap. */
    @Test
    void headWithoutEndCostsNoMemory() {
        byte[] bytes = "x".repeat(1 << 20).getBytes();
        try (Client endless = Client.connect(address())) {
            endless.send(bytes).send("\r\n\r\n").expect(RESPONSE);
            long before = Machine.heapInUse();
            for (int i = 0; i < 20; i++) {
                endless.send(bytes);
            }
            assertHeapIsAsBefore(before, "20 MB of a head without end");
            endless.send("\r\n\r\n").expect(RESPONSE);
        }
    }

    /** A client that sends 50 MB of requests and never reads: memory stays flat too. */
    @Test
    void clientThatNeverReadsCostsNoMemory() {
        assertServed(address());
        byte[] many = REQUEST.repeat((50 << 20) / REQUEST.length()).getBytes();
        long before = Machine.heapInUse();
        long buffersBefore = bytesInDirectBuffers();
        Client greedy = Client.connect(address());
        var sending = CompletableFuture.runAsync(() -> greedy.send(many));
        try (Client other = Client.connect(address())) {
            ask(other, 2_000); // in this time it could have sent all, if it were let
            assertThat(sending)
                    .as("a send of 50 MB by a client that reads no answer")
                    .isNotDone();
            assertHeapIsAsBefore(before, "A client that reads no answer");
        } finally {
            greedy.reset();
        }
        assertThat(bytesInDirectBuffers() - buffersBefore)
                .as("bytes that its answers take in direct buffers")
                .isLessThan(1_000_000);
    }

    private static long bytesInDirectBuffers() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static void assertHeapIsAsBefore(long before, String what) {
        long bytes = Machine.heapInUse() - before;
        assertThat(bytes)
                .withFailMessage(() -> what + " takes " + bytes + " bytes of the"
                        + " heap.\nExpected:  under 4 MB\nLook at:   what does the server keep of a"
                        + " request, or of the answers that it owes?")
                .isLessThan(4_000_000);
    }

    private void assertAllocatedLessThan(long most, long before, String what) {
        long bytes = server.allocatedBytes() - before;
        assertThat(bytes)
                .withFailMessage(() -> what + " made the loop allocate " + bytes
                        + " bytes on the heap.\nExpected:  under " + most
                        + " bytes\nLook at:   what"
                        + " does it keep of a request, and what does it make anew for each?")
                .isLessThan(most);
    }

    /**
     * The answers to requests that came together leave together: one write, so one
     * segment, so the client's first read has all of them.
     */
    @Test
    void answersABurstWithOneWrite() {
        try (Client client = Client.connect(address())) {
            for (int i = 0; i < 100; i++) {
                client.send(REQUEST.repeat(16));
                assertThat(client.receiveSome())
                        .withFailMessage("The answers to 16 requests"
                                + " that came in one read did not come"
                                + " together.\nLook at:   is there"
                                + " one write() for all that one read() asked for?")
                        .hasSize(16 * RESPONSE.length());
            }
        }
    }

    /** Five thousand clients, all connected, each answered twice. */
    @Test
    void holds5000Connections() {
        Machine.assumeDescriptors(10_000);
        var clients = Client.connect(address(), 5_000);
        try {
            for (int i = 0; i < 2; i++) {
                clients.forEach(client -> client.send(REQUEST));
                clients.forEach(client -> client.expect(RESPONSE));
            }
        } finally {
            clients.forEach(Client::close);
        }
        assertServed(address());
    }
}
