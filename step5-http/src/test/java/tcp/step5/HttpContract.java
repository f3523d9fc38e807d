package tcp.step5;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.simulation.Call;
import tcp.simulation.Network;
import tcp.simulation.Schedule;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.client.Flood;
import tcp.testkit.server.CommandLineContract;
import tcp.testkit.server.ContainerContract;
import tcp.testkit.server.DescriptorLimitContract;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.Latency;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.RunningServer;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.server.ServerProgram;
import tcp.testkit.server.SimulatedServer;
import tcp.testkit.system.Machine;
import tcp.testkit.system.Programs;

/**
 * What step 5 promises: one response for each request head, in order and to the byte,
 * however the bytes of the requests arrive, on a connection that stays open.
 */
public class HttpContract implements ResourceContract, CommandLineContract, DescriptorLimitContract, ContainerContract {
    public static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    public static final String RESPONSE = """
            HTTP/1.1 200 OK\r
            Content-Type: text/html\r
            Connection: keep-alive\r
            Content-Length: 6\r
            \r
            hello
            """;

    @Override
    public void assertServed(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("is there one response for each \\r\\n\\r\\n, with CRLF line ends?");
            ask(client);
        }
    }

    @Override
    public void ask(Client client, RunningServer server) {
        ask(client);
    }

    private static void ask(Client client) {
        client.send(REQUEST).expect(RESPONSE);
    }

    /** The shortest thing that counts as a request. */
    public String shortestRequest() {
        return "\r\n\r\n";
    }

    /** A request, a response, and then silence: the connection stays open. */
    @Order(1)
    @Test
    public void answersARequestAndStaysOpen(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("one response for one request, and the connection stays open")
                    .send(REQUEST)
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(50));
            ask(client);
        }
    }

    /** The head of a request is not over before its last byte. */
    @Order(5)
    @Test
    public void saysNothingBeforeTheHeadIsOver(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("a head ends with \\r\\n\\r\\n, not with what looks a bit like it")
                    .send("GET / HTTP/1.1\r\nA: \n\n \n\r\n\rB: \r\r\n\r")
                    .expectNothing(Duration.ofMillis(50))
                    .send("\n")
                    .expect(RESPONSE);
        }
    }

    /** One connection serves many requests. */
    @Order(2)
    @Test
    public void answers200RequestsOnOneConnection(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("after a response, is all state back where it was, and is OP_READ the interest again?");
            for (int i = 0; i < 200; i++) {
                ask(client);
            }
        }
    }

    /** TCP may deliver a request one byte at a time. */
    @Order(4)
    @Test
    public void answersARequestThatComesByteByByte(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("a request may take many reads: what is kept from one to the next?")
                    .sendInPieces(REQUEST + REQUEST, 1, Duration.ofMillis(1))
                    .expect(RESPONSE + RESPONSE);
        }
    }

    /** The four bytes that end a head may come in two reads, cut anywhere. */
    @Order(3)
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    public void findsAnEndThatIsCut(int cut, InetSocketAddress server) {
        int at = REQUEST.length() - 4 + cut;
        try (Client client = Client.connect(server)) {
            client.lookAt("the end of a head may be cut in two: the search must go on where the read before it stopped")
                    .send(REQUEST.substring(0, at))
                    .pause(Duration.ofMillis(20))
                    .send(REQUEST.substring(at))
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(50));
        }
    }

    /** Almost an end, and then an end: one response each. */
    @Order(6)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\r\n\r\n",
                "\n\r\n\r\n",
                "\r\n\r\r\n\r\n",
                "\r\n\n\r\n\r\n",
                "\r\nx\r\n\r\n",
                "\r\n\rx\r\n\r\n"
            })
    public void findsAnEndAfterWhatLooksLikeOne(String end, InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("a byte that does not fit may be the first of the real end")
                    .send("GET / HTTP/1.1\r\nA: b" + end)
                    .expect(RESPONSE)
                    .send(REQUEST)
                    .expect(RESPONSE);
        }
    }

    /** Requests that come together in one read, or in a few, are all answered. */
    @Order(7)
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 1_000})
    public void answersPipelinedRequests(int count, InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("one read may hold several requests, and the start of one more")
                    .send(REQUEST.repeat(count) + "GET /")
                    .expect(RESPONSE.repeat(count))
                    .expectNothing(Duration.ofMillis(50));
            client.send(REQUEST.substring(5)).expect(RESPONSE);
        }
    }

    /** The shortest request, 20,000 times: 1.8 MB of answers. */
    @Order(72)
    @Test
    @Tag("real")
    @Tag("told")
    public void answersAsManyRequestsAsFitIntoARead(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("how many requests fit into one read, and are they all answered?");
            var sending = CompletableFuture.runAsync(
                    () -> client.send(shortestRequest().repeat(20_000)));
            client.expect(RESPONSE.repeat(20_000));
            sending.join();
        }
    }

    /** Any cut is fine: a hundred times, requests in pieces of random lengths. */
    @Order(73)
    @Test
    public void answersRequestsInRandomPieces(InetSocketAddress server) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.err.println("Random pieces: to repeat this, use -Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            int count = 1 + random.nextInt(5);
            String rest = REQUEST.repeat(count);
            try (Client client = Client.connect(server)) {
                client.lookAt("try -Dseed=" + seed + "; which cut of a request gets lost?");
                while (!rest.isEmpty()) {
                    int length = 1 + random.nextInt(Math.min(rest.length(), 30));
                    client.send(rest.substring(0, length));
                    client.pause(Duration.ofNanos(random.nextInt(300_000)));
                    rest = rest.substring(length);
                }
                client.expect(RESPONSE.repeat(count));
            }
        }
    }

    /** What is kept of a half-read request belongs to its connection alone. */
    @Order(8)
    @Test
    public void keepsConnectionsApart(InetSocketAddress server) {
        List<Client> clients = Client.connect(server, 50);
        int cut = REQUEST.length() - 2;
        for (Client client : clients) {
            client.lookAt("is what is known of a half-read request kept for each connection?")
                    .send(REQUEST.substring(0, cut));
        }
        clients.get(0).expectNothing(Duration.ofMillis(50));
        for (Client client : clients) {
            client.send(REQUEST.substring(cut)).expect(RESPONSE).close();
        }
    }

    /** A client that ends its half gets the answers it is owed, however soon it ends. */
    @Order(9)
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50})
    public void answersAfterHalfClose(int millis, InetSocketAddress server) {
        for (int count : new int[] {1, 1_000}) {
            try (Client client = Client.connect(server)) {
                client.lookAt("does end of stream close a connection that is owed answers?")
                        .send(REQUEST.repeat(count))
                        .pause(Duration.ofMillis(millis))
                        .halfClose()
                        .expect(RESPONSE.repeat(count))
                        .expectEnd();
            }
        }
    }

    /**
     * A client sends up to 50 MB of requests and reads no answer. The server stops
     * reading from it, so its send() blocks, and others are served meanwhile. When it
     * reads at last, every answer is there: they were written in parts, and no part got
     * lost.
     */
    @Order(70)
    @Test
    @Tag("real")
    @Tag("told")
    public void stopsAClientThatDoesNotReadAndLosesNothing(InetSocketAddress server) throws Exception {
        String many = REQUEST.repeat(1_000);
        int most = (50 << 20) / many.length();
        AtomicInteger sent = new AtomicInteger();
        AtomicBoolean enough = new AtomicBoolean();
        try (Client greedy = Client.connect(server)) {
            greedy.lookAt("""
                    while answers are owed: is the rest kept, is OP_WRITE asked for, and is nothing read? \
                    Else the answers pile up, or get lost.""");
            var sending = CompletableFuture.runAsync(() -> {
                while (!enough.get() && sent.get() < most) {
                    greedy.send(many);
                    sent.incrementAndGet();
                }
                greedy.halfClose();
            });
            int before;
            do {
                before = sent.get();
                assertServed(server);
                greedy.pause(Duration.ofMillis(100));
            } while (before == 0 || sent.get() > before);
            Unmet.unless(
                    !sending.isDone(),
                    "does it go on reading while it owes answers? Then they pile up in its memory.",
                    "The server took 50 MB of requests from a client that read no answer.");
            enough.set(true);
            String answers = greedy.receiveAll();
            sending.join();
            int requests = 1_000 * sent.get();
            Unmet.unless(
                    answers.equals(RESPONSE.repeat(requests)),
                    "what happens to the rest when write() takes only a part?",
                    "To %d requests came %d bytes of answers, which are not the %d bytes of each, in a row.",
                    requests,
                    answers.length(),
                    RESPONSE.length());
        }
    }

    /**
     * Answers that do not fit into the kernel's buffers go out in parts, also the last part
     * when no input is left: 4,096 requests fit into a read, and each time it is another read
     * that meets a full buffer.
     */
    @Order(71)
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 12, 16, 20, 24})
    @Tag("real")
    @Tag("told")
    public void goesOnWritingWhenAllIsRead(int reads, InetSocketAddress server) {
        String requests = shortestRequest().repeat(4_096 * reads);
        try (Client client = Client.connect(server)) {
            client.lookAt("when a channel is ready for writing, does handle() call write()?");
            var sending = CompletableFuture.runAsync(() -> client.send(requests));
            client.pause(Duration.ofMillis(20)).expect(RESPONSE.repeat(4_096 * reads));
            sending.join();
        }
    }

    /**
     * A head that never ends is read and forgotten: 20 MB of it, and others are served.
     */
    @Order(75)
    @Test
    public void readsAHeadWithoutEndAndKeepsNothing(InetSocketAddress server) {
        byte[] head = "x".repeat(1 << 20).getBytes();
        try (Client endless = Client.connect(server)) {
            endless.lookAt("does the server keep, or search again, what it has seen of a request?")
                    .send("GET / HTTP/1.1\r\nA: ");
            for (int i = 0; i < 20; i++) {
                endless.send(head);
                assertServed(server);
            }
            endless.send("\r\n\r\n").expect(RESPONSE);
        }
    }

    /** A client that has its answer and stays costs nothing: nothing is owed to it. */
    @Order(10)
    @Test
    @Tag("inside")
    @Tag("told")
    public void usesNoCpuForAClientThatStays(InProcessServer server) throws Exception {
        try (Client client = Client.connect(server.address())) {
            ask(client);
            ResourceContract.assertIdle(
                    server, "is OP_WRITE still in the interest set? A channel is nearly always ready for writing.");
        }
    }

    /** Three clients that send requests and read answers without a pause. */
    @Order(80)
    @Test
    @Tag("real")
    @Tag("told")
    public void servesOthersDuringFloodsOfRequests(InetSocketAddress server) {
        String requests = REQUEST.repeat(100);
        int length = 100 * RESPONSE.length();
        checkLatency(
                "requests",
                server,
                () -> Flood.of(3, server, client -> client.send(requests).receive(length)));
    }

    /** Three clients that send heads without end. */
    @Order(81)
    @Test
    @Tag("real")
    @Tag("told")
    public void servesOthersDuringFloodsOfBytes(InetSocketAddress server) {
        byte[] bytes = new byte[64 * 1024];
        checkLatency("bytes", server, () -> Flood.of(3, server, client -> client.send(bytes)));
    }

    /** Three clients that connect, ask and reset all the time. */
    @Order(82)
    @Test
    @Tag("real")
    public void servesOthersDuringFloodsOfConnects(InetSocketAddress server) {
        checkLatency(
                "connects",
                server,
                () -> Flood.ofConnects(3, server, client -> client.send(REQUEST).reset()));
    }

    private static void checkLatency(String what, InetSocketAddress server, Supplier<Flood> floods) {
        try (Client client = Client.connect(server)) {
            Latency.check("Step 5, three floods of " + what, () -> ask(client), floods);
        }
    }

    /**
     * The last of many responses does not wait until the client's kernel has acknowledged
     * those before, which it may do 40 ms later.
     */
    @Order(74)
    @Test
    @Tag("real")
    @Tag("direct")
    @Tag("told")
    public void answersAtOnceAfterABurst(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            ask(client, 50);
            double fifty =
                    Latency.median(20, () -> client.send(REQUEST.repeat(50)).expect(RESPONSE.repeat(50)));
            double most = 20 + 10 * fifty; // more on a machine that is busy
            double median = Latency.median(
                    20, () -> client.send(REQUEST.repeat(500)).send(REQUEST).expect(RESPONSE.repeat(501)));
            Unmet.unless(median < most, "is TCP_NODELAY set for each client?", """
                    500 requests in a row, and one more, took %.1f ms to be answered.
                    Expected:  under %.1f ms""", median, most);
        }
    }

    /**
     * macOS refuses options once the peer has reset the connection. That is this client's
     * fault: others do not wait for it, and its channel is closed once it has left.
     */
    @Test
    @Tag("simulated")
    public void survivesAClientWhoseOptionsCannotBeSet(SimulatedServer server) {
        Network network = server.network().schedule(new Schedule() {
            @Override
            public void before(Call.Kind kind, String channel) throws IOException {
                if (kind == Call.Kind.SET_OPTION && channel.equals("A")) {
                    throw new SocketException("Invalid argument");
                }
            }
        });
        int before = network.descriptors();
        Client refused = Client.connect(server.address());
        assertServed(server.address());
        Unmet.unless(
                network.now() == 0,
                "does that exception skip a line which all others need, such as the one that gives the listener"
                        + " its interest back?",
                "An option could not be set for one client, and others waited for %d ms.",
                network.now() / 1_000_000);
        refused.close();
        assertThat(network.descriptors())
                .as("descriptors, when all clients have left")
                .isEqualTo(before);
    }

    /** Requests make no garbage: 10,000 of them allocate less than a byte each. */
    @Order(78)
    @Test
    @Tag("inside")
    @Tag("stretch")
    public void requestsMakeNoGarbage(InProcessServer server) {
        try (Client client = Client.connect(server.address())) {
            ask(client, 2_000); // classes are loaded and code is compiled meanwhile
            long before = server.allocatedBytes();
            ask(client, 10_000);
            long bytes = server.allocatedBytes() - before;
            ServerFault.unless(
                    bytes < 10_000,
                    Kind.KEEPS_MEMORY,
                    "what does it keep of a request, and what does it make anew for each?",
                    """
                        10,000 requests made the loop allocate %d bytes on the heap.
                        Expected:  under 10,000 bytes""",
                    bytes);
        }
    }

    private static void ask(Client client, int times) {
        for (int i = 0; i < times; i++) {
            ask(client);
        }
    }

    /** An answered request is forgotten, also while its client stays: 150,000 of them, on one connection. */
    @Order(79)
    @Test
    @Tag("inside")
    public void keepsNothingOfRequests(InProcessServer server) {
        try (Client client = Client.connect(server.address())) {
            client.lookAt("what does the server keep of a request that it has answered?");
            Runnable thousand = () -> client.send(REQUEST.repeat(1_000)).expect(RESPONSE.repeat(1_000));
            thousand.run(); // classes are loaded meanwhile
            long before = Machine.heapInUse();
            for (int i = 0; i < 150; i++) {
                thousand.run();
            }
            long kept = Machine.heapInUse(before + 1_000_000) - before;
            ServerFault.unless(
                    kept < 1_000_000,
                    Kind.KEEPS_MEMORY,
                    "what does the server keep of a request that it has answered?",
                    "150,000 requests were answered, and %d bytes more are in use.",
                    kept);
        }
    }

    /** A head without end: 20 MB of it leave nothing on the heap. */
    @Order(76)
    @Test
    @Tag("inside")
    public void keepsNothingOfAHeadWithoutEnd(InProcessServer server) {
        byte[] bytes = "x".repeat(1 << 20).getBytes();
        try (Client endless = Client.connect(server.address())) {
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
    @Order(77)
    @Test
    @Tag("inside")
    public void needsNoMemoryForAClientThatNeverReads(InProcessServer server) {
        assertServed(server.address());
        byte[] many = REQUEST.repeat(1_000).getBytes();
        long before = Machine.heapInUse();
        long buffersBefore = Machine.bytesInDirectBuffers();
        AtomicInteger sent = new AtomicInteger();
        Client greedy = Client.connect(server.address());
        var sending = CompletableFuture.runAsync(() -> {
            while (sent.get() < (50 << 20) / many.length) {
                greedy.send(many);
                sent.incrementAndGet();
            }
        });
        try (Client other = Client.connect(server.address())) {
            int sentBefore;
            do {
                sentBefore = sent.get();
                ask(other, 500);
                assertHeapIsAsBefore(before, "A client that reads no answer");
            } while (sentBefore == 0 || sent.get() > sentBefore);
            assertThat(sending)
                    .as("a send of 50 MB by a client that reads no answer")
                    .isNotDone();
        } finally {
            greedy.reset();
        }
        assertThat(Machine.bytesInDirectBuffers() - buffersBefore)
                .as("bytes that its answers take in direct buffers")
                .isLessThan(1_000_000);
    }

    private static void assertHeapIsAsBefore(long before, String what) {
        long bytes = Machine.heapInUse(before + 4_000_000) - before;
        ServerFault.unless(
                bytes < 4_000_000,
                Kind.KEEPS_MEMORY,
                "what does the server keep of a request, or of the answers that it owes?",
                """
                    %s takes %d bytes of the heap.
                    Expected:  under 4 MB""",
                what,
                bytes);
    }

    /**
     * The answers to requests that came together leave together: one write, so one
     * segment, so the client's first read has all of them.
     */
    @Test
    @Tag("direct")
    @Tag("stretch")
    public void answersABurstWithOneWrite(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            for (int i = 0; i < 100; i++) {
                client.send(REQUEST.repeat(16));
                Unmet.unless(
                        client.receiveSome().length == 16 * RESPONSE.length(),
                        "is there one write() for all that one read() asked for?",
                        "The answers to 16 requests that came in one read did not come together.");
            }
        }
    }

    /** It prints nothing for its clients: printing can block, and the loop with it. */
    @Test
    public void printsNothingForClients(RunningServer server) {
        assertServed(server.address());
        assertServed(server.address());
        server.expectOutput();
        assertThat(server.err()).isEmpty();
    }

    /**
     * Clients that say nothing, 2,000 or with -Dthorough=true 10,000: under 1,500 bytes of
     * heap for each.
     */
    @Test
    @Tag("program")
    @Tag("stretch")
    public void needsLittleMemoryForEachConnection(ServerProgram program) {
        int count = Boolean.getBoolean("thorough") ? 10_000 : 2_000;
        Machine.assumeDescriptors(count);
        try (ServerProcess server = program.start("-Xmx32m");
                Client live = Client.connect(server.address())) {
            ask(live);
            long before = liveHeap(server);
            List<Client> clients = Client.connect(server.address(), count);
            try {
                clients.forEach(client -> client.send("GET / HTTP/1.1\r\n"));
                ask(live);
                long each = (liveHeap(server) - before) / count;
                System.err.println("Step 5, " + count + " connections: " + each + " bytes of heap each");
                assertThat(each).as("bytes of heap for each connection").isBetween(1L, 1_500L);
                clients.forEach(client -> client.send("\r\n").expect(RESPONSE));
            } finally {
                clients.forEach(Client::close);
            }
        }
    }

    /** Bytes of live objects in a server's heap, as the JDK's own jcmd counts them. */
    private static long liveHeap(ServerProcess server) {
        String jcmd = Programs.JAVA.resolveSibling("jcmd").toString();
        try (ServerProcess counter = ServerProcess.command(List.of(jcmd, "" + server.pid(), "GC.class_histogram"))) {
            assertThat(counter.awaitExit()).as("exit status of\n" + counter).isZero();
            String total = counter.out().get(counter.out().size() - 1);
            return Long.parseLong(total.trim().split("\\s+")[2]);
        }
    }

    /**
     * What the kernel sees of 100 bursts of 16 requests on one connection: 100 writes,
     * and no call of epoll_ctl(), since the interest set never changes. Linux only: it
     * needs strace.
     */
    @Test
    @Tag("program")
    @Tag("stretch")
    public void writesOnceForEachBurst(ServerProgram program, @TempDir Path folder) throws Exception {
        Programs.assume("strace");
        Path calls = folder.resolve("calls");
        Stream<String> strace =
                Stream.of("strace", "-f", "-qq", "-e", "trace=write,writev,sendto,epoll_ctl", "-o", calls.toString());
        try (ServerProcess server = ServerProcess.command(
                Stream.concat(strace, program.command(List.of(), "0").stream()).toList())) {
            try (Client client = Client.connect(server.address())) {
                for (int i = 0; i < 100; i++) {
                    client.send(REQUEST.repeat(16)).expect(RESPONSE.repeat(16));
                }
            }
        }
        List<String> lines = Files.readAllLines(calls);
        Pattern answer = Pattern.compile("(write|writev|sendto)\\(.*\"HTTP/1.1 200 OK.*");
        long writes = lines.stream().filter(line -> answer.matcher(line).find()).count();
        assertThat(writes).as("writes that answer 100 bursts").isEqualTo(100);
        long changes = lines.stream().filter(line -> line.contains("epoll_ctl")).count();
        assertThat(changes)
                .as("calls of epoll_ctl(): the wake-up pipe, the listener, the connection; and again what is closed")
                .isLessThan(10);
    }
}
