package tcp.testkit.client;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A program that loads a server which keeps its connections, as ab and wrk do, and checks
 * each byte of each answer, as they don't. It makes so many requests and ends, with
 * status 1 and a reason at the first one that is not answered as it should be.
 *
 * <p>It measures no throughput: a thread a connection is simple, not fast.
 */
public final class LoadClient {
    /** What it prints once all is connected, and a hundredth of the requests made. */
    public static final String UNDER_WAY = "Under way";

    /**
     * What to do.
     *
     * @param host name or address of the server
     * @param port its port
     * @param idle connections that send half a request at first, and the rest in the end
     * @param connections connections that make all the other requests
     * @param requests how many, all connections together
     * @param request the bytes of one (ISO 8859-1)
     * @param response the answer to each
     */
    public record Task(
            String host, int port, int idle, int connections, int requests, String request, String response) {
        /** The arguments of main() that ask for this. */
        public String[] arguments() {
            return new String[] {
                host,
                String.valueOf(port),
                String.valueOf(idle),
                String.valueOf(connections),
                String.valueOf(requests),
                request,
                response
            };
        }

        private static Task of(String[] args) {
            return new Task(
                    args[0],
                    Integer.parseInt(args[1]),
                    Integer.parseInt(args[2]),
                    Integer.parseInt(args[3]),
                    Integer.parseInt(args[4]),
                    args[5],
                    args[6]);
        }
    }

    private final Task task;
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicLong longest = new AtomicLong();

    private LoadClient(Task task) {
        this.task = task;
    }

    public static void main(String[] args) throws Exception {
        try {
            new LoadClient(Task.of(args)).run();
        } catch (AssertionError e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** The line that it ends with when every answer was right. */
    public static String summary(int answered, int connections) {
        return answered + " requests on " + connections + " connections, every answer right";
    }

    /** The longest wait for an answer, from the line that follows the summary. */
    public static Duration longestWait(List<String> lines) {
        String line = lines.get(lines.size() - 1);
        return Duration.ofMillis(Long.parseLong(line.replaceAll("[^0-9]", "")));
    }

    private void run() throws Exception {
        InetSocketAddress address = new InetSocketAddress(task.host(), task.port());
        int half = task.request().length() / 2;
        List<Client> idle = Client.connect(address, task.idle());
        for (Client client : idle) {
            client.lookAt("an idle connection: is it dropped, or its half request lost?")
                    .send(task.request().substring(0, half));
        }
        List<Client> live = Client.connect(address, task.connections());
        askAll(live);
        for (Client client : idle) {
            client.send(task.request().substring(half)).expect(task.response());
            answered.incrementAndGet();
        }
        System.out.println(summary(answered.get(), idle.size() + live.size()));
        System.out.println("Longest wait: " + longest.get() / 1_000_000 + " ms");
        System.exit(0); // the sockets go with the process
    }

    private void askAll(List<Client> clients) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients.size(), task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true); // none outlives main() when another one has failed
            return thread;
        });
        List<Future<?>> all = new ArrayList<>();
        for (Client client : clients) {
            all.add(threads.submit(() -> ask(client)));
        }
        for (Future<?> one : all) {
            try {
                one.get();
            } catch (java.util.concurrent.ExecutionException e) {
                throw new AssertionError(
                        "After " + answered + " right answers: " + e.getCause().getMessage(), e);
            }
        }
    }

    private void ask(Client client) {
        while (started.getAndIncrement() < task.requests()) {
            long start = System.nanoTime();
            client.send(task.request()).expect(task.response());
            longest.accumulateAndGet(System.nanoTime() - start, Math::max);
            if (answered.incrementAndGet() == task.requests() / 100) {
                System.out.println(UNDER_WAY);
            }
        }
    }
}
