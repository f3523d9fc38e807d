package tcp.simulation.story;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tcp.simulation.story.Action.What;
import tcp.simulation.story.Failure.Kind;

/** Plays a story that has failed once more, with real sockets over loopback: does it fail there, too? */
public final class Loopback {
    private static final Set<What> POSSIBLE = EnumSet.of(What.CONNECTS, What.SENDS, What.SENDS_MANY, What.HALF_CLOSES);
    /** Bytes that a kernel takes, whatever the server does. */
    private static final int MOST_SENT = 32 * 1024;
    /** What clients can see. */
    private static final Set<Kind> VISIBLE = EnumSet.of(
            Kind.SILENT, Kind.WRONG_BYTES, Kind.MORE, Kind.EARLY_END, Kind.NO_END, Kind.RESET, Kind.LOOP_ENDED);

    /** The JDK's native methods that may wait: those of selectors, and of channels in blocking mode. */
    private static final Set<String> WAITING = Set.of("wait", "poll", "accept", "read0", "readv0", "write0", "writev0");

    private static final int LOOK = 30; // ms between two looks at what has come
    private static final int QUIET = 2; // looks without news while the server waits for its clients
    private static final int ENDED = 8; // the same when nothing is sent any more: a busy machine is slow at times
    private static final int BUSY = 12; // the same of a server that never waits
    private static final int MOST = 100; // looks in all

    private final Thread server;
    private final int port;
    private final List<End> clients = new ArrayList<>();

    /** A client's end: a thread reads what comes. */
    private static final class End extends Thread {
        private final Socket socket;
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private volatile String end = "";

        End(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            byte[] bytes = new byte[64 * 1024];
            try {
                for (int n; (n = socket.getInputStream().read(bytes)) >= 0; ) {
                    got.write(bytes, 0, n);
                }
                end = Failure.END;
            } catch (IOException e) {
                end = Failure.RESET;
            }
        }

        /** As {@link Failure#seen} has it. */
        String seen() {
            return got.toString(StandardCharsets.ISO_8859_1) + end;
        }
    }

    private Loopback(Thread server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Whether clients see there what they have seen in the story; empty if it cannot be told, since the network
     * has to choose something in it, the server connects to somebody, or what is wrong is nothing that clients see.
     *
     * @param contract what the failure has broken
     * @param servers loads the class tcp.Server, on real sockets
     */
    public static Optional<Boolean> shows(Failure failure, Contract contract, ClassLoader servers) {
        boolean possible = !contract.hasOthers()
                && VISIBLE.contains(failure.kind())
                && !(failure.thrown() instanceof Error) // such as System.exit(): there it would end this process
                && failure.before().isEmpty()
                && failure.story().actions().stream().allMatch(Loopback::isPossible);
        if (!possible) {
            return Optional.empty();
        }
        try {
            Class<?> type = servers.loadClass("tcp.Server");
            try (AutoCloseable server =
                    (AutoCloseable) type.getConstructor(int.class).newInstance(0)) {
                int port = (int) type.getMethod("port").invoke(server);
                Thread thread = new Thread(() -> {
                    try {
                        type.getMethod("run").invoke(server);
                    } catch (ReflectiveOperationException e) {
                        // its end is all that counts
                    }
                });
                thread.setDaemon(true);
                thread.start();
                return Optional.of(new Loopback(thread, port).plays(failure));
            }
        } catch (Exception e) {
            return Optional.empty();
        }
    }

    private static boolean isPossible(Action action) {
        return POSSIBLE.contains(action.what())
                && action.call() <= 0
                && (action.text() == null || bytes(action).length <= MOST_SENT);
    }

    private static byte[] bytes(Action action) {
        return action.text().repeat((int) Math.max(1, action.number())).getBytes(StandardCharsets.ISO_8859_1);
    }

    private boolean plays(Failure failure) throws InterruptedException {
        try {
            for (Action action : failure.story().actions()) {
                if (action.call() == Action.ASLEEP) {
                    awaitQuiet(QUIET);
                }
                perform(action);
            }
            awaitQuiet(ENDED);
            List<String> seen = clients.stream().map(End::seen).toList();
            return failure.kind() == Kind.LOOP_ENDED ? !server.isAlive() : seen.equals(failure.seen());
        } catch (IOException e) {
            return failure.kind() == Kind.LOOP_ENDED && !server.isAlive();
        } finally {
            for (End client : clients) {
                try {
                    client.socket.close();
                } catch (IOException ignored) { // closed all the same
                }
            }
        }
    }

    private void perform(Action action) throws IOException {
        if (action.what() == What.CONNECTS) {
            clients.add(new End(port));
            return;
        }
        Socket client = clients.get(action.client()).socket;
        if (action.what() == What.HALF_CLOSES) {
            client.shutdownOutput();
        } else {
            client.getOutputStream().write(bytes(action));
        }
    }

    /** Until nothing more has come for so many looks. */
    private void awaitQuiet(int looks) throws InterruptedException {
        List<String> before = null;
        int still = 0;
        for (int i = 0; i < MOST && still < (isServerWaiting() ? looks : BUSY); i++) {
            List<String> now = clients.stream().map(End::seen).toList();
            still = now.equals(before) ? still + 1 : 0;
            before = now;
            Thread.sleep(LOOK);
        }
    }

    /** Whether it waits for its clients, or has ended. */
    private boolean isServerWaiting() {
        StackTraceElement[] stack = server.getStackTrace();
        return stack.length == 0 || waits(stack);
    }

    /**
     * Whether a thread is in a call in which the system may let it wait. Other native methods, such as the one that
     * tells epoll of a key, come before it, and a slow machine is in them for a while, too.
     */
    public static boolean waits(StackTraceElement[] stack) {
        return stack.length > 0
                && stack[0].isNativeMethod()
                && stack[0].getClassName().startsWith("sun.nio.ch.")
                && WAITING.contains(stack[0].getMethodName());
    }
}
