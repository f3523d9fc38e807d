package offload;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.server.CommandLineContract;
import tcp.testkit.server.DescriptorLimitContract;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.RunningServer;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.system.Machine;

/**
 * Lines that come back at once, and lines whose answer takes a while and needs a thread: the loop goes
 * on, the answers are in order, and there is a limit. It has threads, so it is tried on real sockets.
 */
@Tag("real")
class OffloadTest implements ResourceContract, CommandLineContract, DescriptorLimitContract {
    @Override
    public void assertServed(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("does a line come back?").send("hello\n").expect("hello\n");
        }
    }

    @Override
    public void ask(Client client, RunningServer server) {
        client.send("hello\n").expect("hello\n");
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    /** A line comes back, and one with work in it is answered, byte by byte and again. */
    @Order(1)
    @Test
    void answersLines(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("is a line that needs no work answered at once, and one that does when it is done?")
                    .send("hello\n")
                    .expect("hello\n")
                    .send("sleep 10\n")
                    .expect("slept 10\n")
                    .sendInPieces("\u00ffx\n\nsleep 1\n", 1, Duration.ofMillis(1))
                    .expect("\u00ffx\n\nslept 1\n")
                    .send("half")
                    .expectNothing(Duration.ofMillis(50));
        }
    }

    /** A request takes a second; others are answered meanwhile. */
    @Order(2)
    @Test
    void leavesTheLoopFree(InetSocketAddress server) {
        try (Client waits = Client.connect(server)) {
            long start = System.nanoTime();
            waits.send("sleep 1000\n").expectNothing(Duration.ofMillis(50));
            for (int i = 0; i < 5; i++) {
                assertServed(server);
            }
            long took = millisSince(start);
            Unmet.unless(took < 800, "which thread does the work?", """
                    One client's request takes 1,000 ms. Five others were answered only after %d ms.""", took);
            waits.lookAt("is the answer sent when the work is done?").expect("slept 1000\n");
        }
    }

    /** A later request is done first, and its answer waits for its turn. */
    @Order(3)
    @Test
    void answersInOrder(InetSocketAddress server) {
        try (Client one = Client.connect(server);
                Client two = Client.connect(server)) {
            for (Client client : List.of(one, two)) {
                client.lookAt("in which order do answers go out?")
                        .send("sleep 200\nsleep 10\nhello\nsleep 100\nsleep 1\n");
            }
            for (Client client : List.of(one, two)) {
                client.expect("slept 200\nslept 10\nhello\nslept 100\nslept 1\n");
            }
        }
    }

    /** Eight requests of a client take little more than one; and so do those of 16 clients. */
    @Order(5)
    @Test
    void worksOnSeveralAtOnce(InetSocketAddress server) {
        assertTogether(Client.connect(server, 1), 8);
        assertTogether(Client.connect(server, 16), 1);
    }

    private static void assertTogether(List<Client> clients, int each) {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < 5 && shortest >= 500; i++) { // a busy machine is slow; not five times
            long start = System.nanoTime();
            clients.forEach(client -> client.send("sleep 250\n".repeat(each)));
            clients.forEach(client -> client.expect("slept 250\n".repeat(each)));
            shortest = Math.min(shortest, millisSince(start));
        }
        clients.forEach(Client::close);
        Unmet.unless(
                shortest < 500,
                "how many requests are worked on at the same time?",
                "Clients: %d. Requests of each: %d, all at once, of 250 ms of work. That took %d ms.",
                clients.size(),
                each,
                shortest);
    }

    /** More come in one read than may be under way: those left are answered as well. */
    @Order(4)
    @Test
    void answersAllThatCameAtOnce(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("who goes on with the lines that are left in the buffer, when there is room again?")
                    .send("sleep 1\nhello\n".repeat(100))
                    .expect("slept 1\nhello\n".repeat(100));
        }
        String longest = "x".repeat(4_095) + "\n";
        try (Client client = Client.connect(server)) {
            client.lookAt("may a line have 4,096 bytes?")
                    .send(longest + longest)
                    .expect(longest + longest);
        }
    }

    /** A client that ends its half gets its answers, and then the end. */
    @Order(6)
    @Test
    void answersAfterHalfClose(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("does end of stream close a client whose answers are not all there?")
                    .send("sleep 100\n".repeat(20) + "hello\nno line")
                    .halfClose()
                    .expect("slept 100\n".repeat(20) + "hello\n")
                    .expectEnd();
        }
    }

    /** Clients leave before their answers are there: that is nobody's trouble. */
    @Order(7)
    @Test
    void livesOnWhenAClientLeavesBeforeItsAnswer(InetSocketAddress server) throws Exception {
        for (int i = 0; i < 16; i++) {
            Client client = Client.connect(server);
            client.send("sleep 50\nsleep 10\n");
            if (i % 2 == 0) {
                client.reset();
            } else {
                client.close();
            }
        }
        TimeUnit.MILLISECONDS.sleep(150); // the time that the work takes
        assertServed(server);
    }

    /** While workers are busy, the loop sleeps: it does not ask whether they are done. */
    @Order(8)
    @Test
    @Tag("inside")
    void loopSleepsWhileWorkIsUnderWay(InProcessServer server) throws Exception {
        try (Client client = Client.connect(server.address())) {
            client.send("sleep 1000\n").expectNothing(Duration.ofMillis(50));
            ResourceContract.assertIdle(server, "does the loop wait for workers in any other way than in select()?");
            long before = server.timesAsleep();
            Thread.sleep(300); // what is measured, not waited for
            long times = server.timesAsleep() - before;
            ServerFault.unless(
                    times <= 2,
                    Kind.WAKES_FOR_NOTHING,
                    "who tells the loop that an answer is there? wakeup() needs no time limit.",
                    "A worker is busy, and the loop woke up %d times in 300 ms.",
                    times);
        }
    }

    /** There is a limit to what is under way: clients that flood cost little memory, and few threads. */
    @Order(9)
    @Test
    @Tag("inside")
    void floodsOfRequestsCostLittle(InProcessServer server) {
        byte[] requests = "sleep 1000\n".repeat(50_000).getBytes();
        assertServed(server.address());
        long before = Machine.heapInUse();
        List<Client> greedy = Client.connect(server.address(), 10);
        List<CompletableFuture<Void>> sending = greedy.stream()
                .map(client -> CompletableFuture.runAsync(
                        () -> client.send(requests), task -> new Thread(task, "client").start()))
                .toList();
        for (int i = 0; i < 20; i++) {
            assertServed(server.address());
            greedy.get(0).pause(Duration.ofMillis(20));
        }
        int threads = threads();
        long kept = Machine.heapInUse(before + 4_000_000) - before;
        greedy.forEach(Client::reset);
        sending.forEach(sent -> sent.exceptionally(broken -> null).join());
        ServerFault.unless(
                kept < 4_000_000,
                Kind.KEEPS_MEMORY,
                "how many requests of a client are taken before the first is answered?",
                "Ten clients send requests and wait for nothing, and %,d bytes more are in use.",
                kept);
        Unmet.unless(threads <= 65, "is there a limit to the workers?", """
                Ten clients send requests, and there are %d threads.""", threads);
    }

    /** The threads of the server in this process. */
    private static int threads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getThreadGroup() != null
                        && thread.getThreadGroup().getName().equals("server"))
                .count();
    }

    /** close() ends the workers, whatever they do. */
    @Order(10)
    @Test
    @Tag("inside")
    void closeEndsTheWorkers(InProcessServer server) throws Exception {
        try (Client client = Client.connect(server.address())) {
            client.send("sleep 10000\n".repeat(5)).expectNothing(Duration.ofMillis(50));
            server.close();
            server.awaitEnd();
        }
        for (int i = 0; i < 100 && threads() > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        int left = threads();
        Unmet.unless(left == 0, "who tells the workers to end?", """
                close() has returned, run() has ended, and %d threads of the server's are still there.""", left);
    }
}
