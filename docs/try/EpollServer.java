import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers each line with ok, and has no selector: it calls epoll itself. Needs JDK 22, and Linux
 * on x86-64 or ARM. Arguments: the port, and the way: level, edge, drain or rearm.
 */
final class EpollServer {
    private static final List<String> WAYS = List.of("level", "edge", "drain", "rearm");
    private static final int SIZE = 8 * 1024; // bytes in a read

    // Numbers from Linux's header files
    private static final int AF_INET = 2, SOCK_STREAM = 1, SOCK_NONBLOCK = 04000;
    private static final int SOL_SOCKET = 1, SO_REUSEADDR = 2, EAGAIN = 11;
    private static final int EPOLLIN = 1, EPOLLET = 1 << 31, EPOLL_CTL_ADD = 1, EPOLL_CTL_MOD = 3;

    // A struct epoll_event: what is reported, then 64 bits of ours. On x86-64 without a gap.
    private static final int OURS = System.getProperty("os.arch").equals("amd64") ? 4 : 8;
    private static final int EVENT = OURS + 8; // bytes

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Arena MEMORY = Arena.global();
    private static final MemorySegment ERRNO = MEMORY.allocate(Linker.Option.captureStateLayout());
    private static final Map<String, MethodHandle> FUNCTIONS = new HashMap<>();

    private final MemorySegment events = MEMORY.allocate(64 * EVENT, 8);
    private final MemorySegment change = MEMORY.allocate(EVENT, 8);
    private final MemorySegment address = MEMORY.allocate(16, 4);
    private final MemorySegment buffer = MEMORY.allocate(SIZE);
    private final MemorySegment answers = MEMORY.allocateFrom("ok\n".repeat(SIZE));
    private final int epoll = call("epoll_create1", 0);
    private final int listener = call("socket", AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    private final String way;
    private final int interest;

    private EpollServer(int port, String way) {
        this.way = way;
        interest = way.equals("level") ? EPOLLIN : EPOLLIN | EPOLLET;
        // A struct sockaddr_in: the family, the port, and 127.0.0.1
        address.set(JAVA_INT, 0, AF_INET);
        address.asByteBuffer().putShort(2, (short) port).putInt(4, 0x7f000001);
        MemorySegment yes = MEMORY.allocateFrom(JAVA_INT, 1);
        call("setsockopt", listener, SOL_SOCKET, SO_REUSEADDR, yes, 4);
        if (call("bind", listener, address, 16) < 0 || call("listen", listener, 1024) < 0) {
            main(); // says what to do
        }
        control(EPOLL_CTL_ADD, listener, EPOLLIN); // by level, and one accept for each report
        call("getsockname", listener, address, MEMORY.allocateFrom(JAVA_INT, 16));
        System.out.println("Listening on port " + (int) address.asByteBuffer().getChar(2));
    }

    private void run() {
        while (true) {
            int ready = call("epoll_wait", epoll, events, 64, -1); // -1: no time limit
            for (int i = 0; i < ready; i++) {
                int descriptor = events.get(JAVA_INT, i * EVENT + OURS);
                if (descriptor == listener) {
                    accept();
                } else {
                    serve(descriptor);
                }
            }
        }
    }

    private void accept() {
        MemorySegment none = MemorySegment.NULL;
        int client = call("accept4", listener, none, none, SOCK_NONBLOCK);
        if (client >= 0) {
            control(EPOLL_CTL_ADD, client, interest);
        }
    }

    private void serve(int client) {
        int n = read(client);
        while (way.equals("drain") && n > 0) { // until it would block
            n = read(client);
        }
        if (n <= 0 && n != -EAGAIN) {
            call("close", client);
        } else if (way.equals("rearm")) {
            control(EPOLL_CTL_MOD, client, interest); // "is there more?"
        }
    }

    private int read(int client) {
        int n = call("recv", client, buffer, (long) SIZE, 0);
        ByteBuffer bytes = buffer.asByteBuffer();
        long answer = 0;
        for (int i = 0; i < n; i++) {
            answer += bytes.get(i) == '\n' ? "ok\n".length() : 0;
        }
        // This is about reading: a client that leaves its answers lying is cut off.
        return answer > 0 && call("send", client, answers, answer, 0) < answer ? 0 : n;
    }

    private void control(int what, int descriptor, int interest) {
        change.set(JAVA_INT, 0, interest);
        change.set(JAVA_INT, OURS, descriptor);
        call("epoll_ctl", epoll, what, descriptor, change);
    }

    /** Calls a function of the C library. An error is a negative result: -EAGAIN. */
    private static int call(String name, Object... arguments) {
        try {
            MethodHandle function = FUNCTIONS.computeIfAbsent(name, n -> find(n, arguments));
            long result = ((Number) function.invoke(ERRNO, arguments)).longValue();
            return (int) (result < 0 ? -ERRNO.get(JAVA_INT, 0) : result);
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, Object... arguments) {
        MemoryLayout[] types = Arrays.stream(arguments)
                .map(a -> a instanceof Integer ? JAVA_INT : a instanceof Long ? JAVA_LONG : ADDRESS)
                .toArray(MemoryLayout[]::new);
        // Those that take a number of bytes, a long, return one.
        MemoryLayout result = Arrays.asList(types).contains(JAVA_LONG) ? JAVA_LONG : JAVA_INT;
        return LINKER.downcallHandle(
                        LINKER.defaultLookup().find(name).orElseThrow(),
                        FunctionDescriptor.of(result, types),
                        Linker.Option.captureCallState("errno"))
                .asSpreader(Object[].class, types.length);
    }

    public static void main(String... args) {
        if (args.length == 2 && args[0].matches("\\d{1,5}") && WAYS.contains(args[1])) {
            new EpollServer(Integer.parseInt(args[0]), args[1]).run();
        }
        System.err.println("Give a free port that you may have, and one of " + WAYS + ".");
        System.exit(1);
    }
}
