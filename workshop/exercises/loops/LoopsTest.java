package loops;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.step5.HttpContract;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.client.UnexpectedResponse;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.server.ServerProgram;
import tcp.testkit.server.ServerStack;

/** Several loops: step 5's promises, kept by more than one thread. */
class LoopsTest extends HttpContract {
    /** How many clients ask, so that each loop has some for sure. */
    private static final int CLIENTS = 64;

    /** One client was served by one loop; another loop may not have accepted its own. */
    @Override
    public int descriptorsHeldFor(int clients) {
        return 3; // a listener, and the selectors
    }

    /** Many clients are served by several threads. */
    @Order(2)
    @Test
    @Tag("inside")
    void severalThreadsServe(InProcessServer server) {
        List<Client> clients = Client.connect(server.address(), CLIENTS);
        Set<Thread> busy = busyWhileAsked(clients, server);
        clients.forEach(Client::close);
        Unmet.unless(
                busy.size() > 1,
                "does each loop have a thread, a selector and clients of its own?",
                "%d clients were served, and %d thread was busy.",
                CLIENTS,
                busy.size());
    }

    /** With a client each, all loops sleep. */
    @Order(3)
    @Test
    @Tag("inside")
    void idleLoopsCostNoCpu(InProcessServer server) throws Exception {
        List<Client> clients = Client.connect(server.address(), CLIENTS);
        busyWhileAsked(clients, server);
        ResourceContract.assertIdle(server, "is there an interest that no handler serves?");
        ResourceContract.assertAsleep(server, "does each select() sleep without a time limit, until it is woken up?");
        clients.forEach(Client::close);
    }

    /** close() ends all loops, not only the one in run(). */
    @Order(4)
    @Test
    @Tag("inside")
    void closeEndsAllLoops(InProcessServer server) throws Exception {
        List<Client> clients = Client.connect(server.address(), CLIENTS);
        Set<Thread> busy = busyWhileAsked(clients, server);
        server.close();
        server.awaitEnd();
        clients.forEach(Client::close);
        for (Thread thread : busy) {
            TimeUnit.MILLISECONDS.timedJoin(thread, Client.patience().toMillis());
            Unmet.unless(!thread.isAlive(), "does close() wake up every selector?", """
                    close() has returned, run() has ended, and a loop's thread is still there.""");
        }
    }

    /** One loop alone may not go on: when one ends, here because it is interrupted, all do. */
    @Order(5)
    @Test
    @Tag("inside")
    void allLoopsEndWithOne(InProcessServer server) throws Exception {
        List<Client> clients = Client.connect(server.address(), CLIENTS);
        List<Thread> busy = List.copyOf(busyWhileAsked(clients, server));
        busy.get(busy.size() - 1).interrupt();
        server.awaitEnd();
        server.close();
        clients.forEach(client -> client.lookAt("is every client let go when the loops have ended?")
                .expectEnd()
                .close());
    }

    /** What a loop reads and writes is its own: eight clients ask at once, and none is mixed up. */
    @Order(6)
    @Test
    @Tag("real")
    void loopsShareNothing(InetSocketAddress server) {
        List<CompletableFuture<Void>> asking = new ArrayList<>();
        for (Client client : Client.connect(server, 8)) {
            int count = asking.size() * 50 + 1;
            asking.add(CompletableFuture.runAsync(
                    () -> {
                        client.lookAt("do the loops share a buffer, or anything else that changes?");
                        for (int i = 0; i < 100; i++) {
                            client.send(REQUEST.repeat(count)).expect(RESPONSE.repeat(count));
                        }
                        client.close();
                    },
                    task -> new Thread(task, "client").start()));
        }
        try {
            asking.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            if (e.getCause() instanceof UnexpectedResponse unexpected) {
                throw unexpected;
            }
            throw e;
        }
    }

    /**
     * run() ends with the last loop: here the others have much to do still when close() comes. At times they are
     * done first nonetheless, so five servers are closed.
     */
    @Order(7)
    @RepeatedTest(5)
    @Tag("inside")
    void runEndsWithTheLastLoop(InProcessServer server) {
        Map<Client, Thread> loops = new HashMap<>();
        // So many that a loop is busy for a while before it looks at `closed` again.
        for (Client client : Client.connect(server.address(), 4 * CLIENTS)) {
            var used = usedWhile(
                    server, () -> client.send("\r\n\r\n".repeat(1_024)).expect(RESPONSE.repeat(1_024)));
            loops.put(
                    client,
                    Collections.max(used.entrySet(), Map.Entry.comparingByValue())
                            .getKey());
        }
        var clients = List.copyOf(loops.keySet());
        loops.values().removeIf(server.loop()::equals);
        BooleanSupplier othersServe = () -> loops.values().stream() // and are not just about to return
                .map(Thread::getStackTrace)
                .anyMatch(ServerStack::isServing);
        var serves = new AtomicBoolean(othersServe.getAsBoolean()); // the first time takes longer than a loop may
        server.whenRunEnds(() -> serves.set(othersServe.getAsBoolean()));
        // Much faster sent than served: after some rounds, the others' turns are long ones.
        for (int round = 0; round < 4; round++) {
            loops.keySet().forEach(client -> client.send("\r\n\r\n".repeat(16_384)));
        }
        server.close();
        server.awaitEnd();
        clients.forEach(Client::close);
        Unmet.unless(!serves.get(), "does run() wait for the threads that it has started?", """
                close() came, run() has ended, and another loop still serves its clients.""");
    }

    /** The server's threads that used CPU time while these clients asked. */
    private static Set<Thread> busyWhileAsked(List<Client> clients, InProcessServer server) {
        clients.forEach(client -> client.lookAt("is each client served, by whatever loop it fell to?")
                .send(REQUEST)
                .expect(RESPONSE));
        Map<Thread, Duration> used = usedWhile(server, () -> {
            for (int i = 0; i < 50; i++) {
                clients.forEach(client -> client.send(REQUEST));
                clients.forEach(client -> client.expect(RESPONSE));
            }
        });
        used.values().removeIf(time -> time.toMillis() < 1);
        return used.keySet();
    }

    /** CPU time of each of the server's threads meanwhile. */
    private static Map<Thread, Duration> usedWhile(InProcessServer server, Runnable asking) {
        Map<Thread, Duration> before = server.cpuTimes();
        asking.run();
        Map<Thread, Duration> used = server.cpuTimes();
        used.replaceAll((thread, time) -> time.minus(before.getOrDefault(thread, Duration.ZERO)));
        return used;
    }

    /**
     * The same as in step 3, for clients that have been served before: of those that come at
     * once, one loop may take the last while the first wait for the other.
     */
    @Override
    @Order(92)
    @Test
    @Tag("program")
    public void livesWithoutDescriptors(ServerProgram program) throws Exception {
        try (ServerProcess server = program.startWithDescriptors(DESCRIPTORS)) {
            List<Client> live = Client.connect(server.address(), 20);
            live.forEach(client -> ask(client, server));
            List<Client> others = Client.connect(server.address(), 200);
            double share = server.cpuShareAtRest(0.15);
            live.forEach(client -> ask(client.lookAt("does a loop go on when accept() fails?"), server));
            others.forEach(Client::close);
            assertServed(server.address());
            live.forEach(Client::close);
            ServerFault.unless(
                    share < 0.15,
                    ServerFault.Kind.SPINS,
                    "does the listener rest after a failed accept()?",
                    "Share of a CPU while accept() fails: %.2f",
                    share);
        }
    }
}
