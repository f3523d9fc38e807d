package tcp.testkit.client;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Clients that send as fast as they can, each in a thread of its own, until close().
 *
 * <p>Three of them are enough to show whether a server is fair: if it serves one for as
 * long as it has something to say, the others wait.
 */
public final class Flood implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final AtomicLong turns = new AtomicLong();
    private volatile boolean closed;

    private Flood() {}

    /** Clients that each stay connected and do this again and again. */
    public static Flood of(int count, InetSocketAddress address, Consumer<Client> turn) {
        Flood flood = new Flood();
        for (Client client : Client.connect(address, count)) {
            flood.clients.add(client);
            flood.start(() -> turn.accept(client));
        }
        return flood;
    }

    /** Clients that connect, do this, and connect again. */
    public static Flood ofConnects(int count, InetSocketAddress address, Consumer<Client> turn) {
        Flood flood = new Flood();
        for (int i = 0; i < count; i++) {
            flood.start(() -> {
                try (Client client = Client.connect(address)) {
                    turn.accept(client);
                }
            });
        }
        return flood;
    }

    private void start(Runnable turn) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (!closed) {
                            turn.run();
                            turns.incrementAndGet();
                        }
                    } catch (AssertionError e) {
                        if (!closed) { // else its connection was closed under it, see below
                            throw e;
                        }
                    }
                },
                "flood " + threads.size());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** How often all of them together have done their turn. */
    public long turns() {
        return turns.get();
    }

    @Override
    public void close() {
        closed = true;
        clients.forEach(Client::reset); // ends a send() or a receive() that blocks
        if (clients.isEmpty()) {
            return; // a connect() cannot be ended; its thread ends when it is over
        }
        for (Thread thread : threads) {
            try {
                thread.join(Client.patience().toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
