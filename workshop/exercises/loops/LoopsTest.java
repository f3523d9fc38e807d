package loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.HttpContract;
import tcp.Server;
import tcp.testkit.Client;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;

/** Several loops: step 5's promises, kept by more than one thread. */
class LoopsTest implements HttpContract, InProcessContract {
    /** How many clients ask, so that each loop has some for sure. */
    private static final int CLIENTS = 64;

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

    /** One client was served by one loop; another loop may not have accepted its own. */
    @Override
    public int descriptorsHeldFor(int clients) {
        return 3; // a listener, and the selectors
    }

    /** Many clients are served by several threads. */
    @Order(2)
    @Test
    void severalThreadsServe() {
        List<Client> clients = Client.connect(address(), CLIENTS);
        Set<Thread> busy = busyWhileAsked(clients);
        clients.forEach(Client::close);
        assertThat(busy.size())
                .withFailMessage(() -> CLIENTS + " clients were served by "
                        + busy.size() + " thread.\nLook at:   does each loop have a thread, a"
                        + " selector and clients of its own?")
                .isGreaterThan(1);
    }

    /** close() ends all loops, not only the one in run(). */
    @Order(3)
    @Test
    void closeEndsAllLoops() throws Exception {
        List<Client> clients = Client.connect(address(), CLIENTS);
        Set<Thread> busy = busyWhileAsked(clients);
        server().close();
        server().awaitEnd();
        clients.forEach(Client::close);
        for (Thread thread : busy) {
            TimeUnit.MILLISECONDS.timedJoin(thread, Client.PATIENCE.toMillis());
            assertThat(thread.isAlive())
                    .withFailMessage("close() has returned, run() has"
                            + " ended, and a loop's thread is still there.\nLook at:   does close()"
                            + " wake up every selector?")
                    .isFalse();
        }
    }

    /** The threads that used CPU time while these clients asked. */
    private static Set<Thread> busyWhileAsked(List<Client> clients) {
        clients.forEach(client -> client.lookAt("is each client served, by whatever loop" + " it fell to?")
                .send(REQUEST)
                .expect(RESPONSE));
        Map<Thread, Long> before = cpuTimes();
        for (int i = 0; i < 50; i++) {
            clients.forEach(client -> client.send(REQUEST));
            clients.forEach(client -> client.expect(RESPONSE));
        }
        return cpuTimes().entrySet().stream()
                .filter(e -> e.getValue() - before.getOrDefault(e.getKey(), 0L) > 1_000_000)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** CPU times, in nanoseconds, of the threads that run code of the server. */
    private static Map<Thread, Long> cpuTimes() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<Thread, Long> times = new HashMap<>();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (Stream.of(stack).anyMatch(f -> f.getClassName().startsWith("tcp.Server"))) {
                times.put(thread, threads.getThreadCpuTime(thread.getId()));
            }
        });
        return times;
    }
}
