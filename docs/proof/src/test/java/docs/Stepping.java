package docs;

import com.sun.jdi.ArrayReference;
import com.sun.jdi.BooleanValue;
import com.sun.jdi.Bootstrap;
import com.sun.jdi.Field;
import com.sun.jdi.IntegerValue;
import com.sun.jdi.LocalVariable;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StackFrame;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.Value;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.LaunchingConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Step 3 run line by line under the JDK's debugger interface, while two clients connect,
 * send and leave. At each line it notes what the server knows and what waits for it in the
 * kernel. The site replays it. Linux only: the kernel's queues are read from /proc/net.
 */
final class Stepping implements AutoCloseable {
    static final String STEP = "step3-read";
    static final String FILE = "docs/recordings/" + STEP + ".json";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> METHODS = List.of("run", "handle", "accept", "read", "drop");

    /** What a client does while the debugger holds the loop before a select(). */
    private record Deed(String client, String what, String shown) {}

    /** The deeds before the first select(), the second, … */
    private static final List<List<Deed>> SCRIPT = List.of(
            List.of(new Deed("A", "connect", "connects")),
            List.of(new Deed("B", "connect", "connects"), new Deed("A", "hello\n", "sends hello, 6 bytes")),
            List.of(new Deed("A", "once more\n", "sends once more, 10 bytes"), new Deed("B", "close", "leaves")));

    private final Path folder = Files.createTempDirectory("stepping");
    private final List<String> source;
    private final VirtualMachine machine;
    private final BufferedReader output;
    private final Map<String, Socket> clients = new LinkedHashMap<>();
    private final List<Integer> ports = new ArrayList<>(); // of all clients ever
    private final Map<Long, String> channels = new LinkedHashMap<>();
    private final List<ObjectReference> accepted = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private int port;
    private int turn;
    private String printed = ""; // and not noted yet

    private Stepping(List<String> source) throws Exception {
        this.source = source;
        Compiler.compile(source, folder);
        LaunchingConnector launcher = Bootstrap.virtualMachineManager().defaultConnector();
        Map<String, Connector.Argument> arguments = launcher.defaultArguments();
        arguments.get("main").setValue("tcp.Server 0");
        arguments.get("options").setValue("-cp \"" + folder + "\"");
        machine = launcher.launch(arguments);
        output = new BufferedReader(new InputStreamReader(machine.process().getInputStream()));
    }

    static List<Problem> check(Docs docs) throws Exception {
        Path file = docs.root().resolve(FILE);
        List<String> wanted = record(docs).lines().toList();
        List<String> is = Files.exists(file) ? Files.readAllLines(file) : List.of();
        int line = 0;
        while (line < is.size() && line < wanted.size() && is.get(line).equals(wanted.get(line))) {
            line++;
        }
        return is.equals(wanted)
                ? List.of()
                : List.of(new Problem(
                        FILE + ":" + (line + 1),
                        "the loop, stepped through"
                                + " now, does something else from this line on:\n        "
                                + (line < wanted.size() ? wanted.get(line) : "nothing"),
                        "let -Ddocs.update record it, step through it in the site, and see"
                                + " that the text beside it still fits"));
    }

    /** The recording, as JSON, one event a line. */
    static String record(Docs docs) throws Exception {
        try (Stepping stepping = new Stepping(docs.source(STEP))) {
            stepping.play();
            return "[\n" + String.join(",\n", stepping.events) + "\n]\n";
        }
    }

    private void play() throws Exception {
        ClassPrepareRequest prepared = machine.eventRequestManager().createClassPrepareRequest();
        prepared.addClassFilter("tcp.Server");
        prepared.enable(); // the machine waits until its first event, its start, is resumed
        while (true) {
            EventSet set = machine.eventQueue().remove(PATIENCE.toMillis());
            if (set == null) {
                throw new AssertionError("step 3 under the debugger did nothing for "
                        + PATIENCE.toSeconds() + " s, after:\n"
                        + String.join("\n", events));
            }
            String line = "";
            for (Event event : set) {
                if (event instanceof ClassPrepareEvent loaded) {
                    stopAtEachLine(loaded.referenceType());
                } else if (event instanceof BreakpointEvent at) {
                    line = source.get(at.location().lineNumber() - 1);
                    if (!stop(at, line)) {
                        return;
                    }
                }
            }
            set.resume();
            printed = line.contains("println(") ? readLine() : printed;
        }
    }

    private void stopAtEachLine(ReferenceType server) throws Exception {
        for (Method method : server.methods()) {
            if (METHODS.contains(method.name())) {
                for (Location location : method.allLineLocations()) {
                    BreakpointRequest stop = machine.eventRequestManager().createBreakpointRequest(location);
                    stop.setSuspendPolicy(EventRequest.SUSPEND_ALL);
                    stop.enable();
                }
            }
        }
    }

    /** Notes where the loop is; false when it would sleep for ever. */
    private boolean stop(BreakpointEvent at, String line) throws Exception {
        if (port == 0) {
            port = Integer.parseInt(readLine().replaceAll("\\D", ""));
        }
        boolean selects = line.contains("selector.select(");
        turn += selects ? 1 : 0;
        if (!line.isBlank() && !line.strip().equals("}")) {
            note(at, "");
            printed = "";
        }
        if (!selects) {
            return true;
        }
        if (turn > SCRIPT.size()) {
            return false;
        }
        for (Deed deed : SCRIPT.get(turn - 1)) {
            act(deed);
            note(at, deed.client() + " " + deed.shown());
        }
        return true;
    }

    private String readLine() throws IOException {
        String line = output.readLine();
        for (int i = 0; line != null && i < ports.size(); i++) {
            line = line.replace(":" + ports.get(i), ":5000" + (i + 1));
        }
        return line;
    }

    /** Lets a client act, and waits until the kernel has brought it to the server. */
    private void act(Deed deed) throws IOException, InterruptedException {
        if (deed.what().equals("connect")) {
            int before = Queue.of(port, 0).waiting();
            Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
            client.setTcpNoDelay(true);
            clients.put(deed.client(), client);
            ports.add(client.getLocalPort());
            await(deed, () -> Queue.of(port, 0).waiting() == before + 1);
            return;
        }
        Socket client = clients.get(deed.client());
        int from = client.getLocalPort();
        if (deed.what().equals("close")) {
            client.close();
            await(deed, () -> Queue.of(port, from).ended());
        } else {
            client.getOutputStream().write(deed.what().getBytes(StandardCharsets.US_ASCII));
            await(deed, () -> Queue.of(port, from).waiting() == deed.what().length());
        }
    }

    private static void await(Deed deed, BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError(
                        "client " + deed.client() + " " + deed.shown() + ", and /proc/net does not show it");
            }
            Thread.sleep(1);
        }
    }

    /**
     * What waits at one end of a connection.
     *
     * @param waiting clients in a listener's backlog; unread bytes of a connection
     * @param ended   whether the other side has ended its half
     */
    private record Queue(int waiting, boolean ended) {
        /** Of the connection from a client's port; of the listener, if that is 0. */
        static Queue of(int port, int client) {
            for (String file : List.of("/proc/net/tcp6", "/proc/net/tcp")) {
                try {
                    for (String line : Files.readAllLines(Path.of(file))) {
                        String[] parts = line.strip().split("\\s+|:");
                        // slot, "", address, port, address, port, state, sent, received
                        if (parts.length > 8
                                && parts[3].matches("[0-9A-F]{4}")
                                && Integer.parseInt(parts[3], 16) == port
                                && Integer.parseInt(parts[5], 16) == client) {
                            return new Queue(Integer.parseInt(parts[8], 16), parts[6].equals("08")); // CLOSE_WAIT
                        }
                    }
                } catch (IOException e) {
                    continue; // no IPv6 here
                }
            }
            return new Queue(0, false);
        }
    }

    private void note(BreakpointEvent at, String deed) throws Exception {
        StackFrame frame = at.thread().frame(0);
        ObjectReference server = frame.thisObject();
        channels.putIfAbsent(object(server, "listener").uniqueID(), "listener");
        if (local(frame, "client") instanceof ObjectReference client
                && channels.putIfAbsent(client.uniqueID(), accepted.isEmpty() ? "A" : "B") == null) {
            accepted.add(client);
        }
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("listener", interest(object(server, "listener")));
        accepted.forEach(client -> keys.put(channels.get(client.uniqueID()), interest(client)));
        ObjectReference buffer = object(server, "buffer");
        Map<String, String> waiting = new LinkedHashMap<>();
        waiting.put("listener", String.valueOf(Queue.of(port, 0).waiting()));
        for (int i = 0; i < ports.size(); i++) {
            if (i < accepted.size() && isClosed(accepted.get(i))) {
                continue;
            }
            Queue queue = Queue.of(port, ports.get(i));
            waiting.put(i == 0 ? "A" : "B", queue.ended() ? "\"end\"" : String.valueOf(queue.waiting()));
        }
        Value key = local(frame, "key");
        Value n = local(frame, "n");
        events.add("{\"turn\":" + turn + ",\"line\":" + at.location().lineNumber()
                + ",\"deed\":\"" + deed + "\",\"key\":\""
                + (key == null
                        ? ""
                        : channels.get(object((ObjectReference) key, "channel").uniqueID()))
                + "\",\"n\":" + n + ",\"position\":" + number(buffer, "position")
                + ",\"limit\":" + number(buffer, "limit") + ",\"waiting\":"
                + json(waiting) + ",\"keys\":" + json(keys) + ",\"printed\":\"" + printed
                + "\"}");
    }

    private static String json(Map<String, String> values) {
        return "{"
                + String.join(
                        ",",
                        values.entrySet().stream()
                                .map(value -> "\"" + value.getKey() + "\":" + value.getValue())
                                .toList())
                + "}";
    }

    private static boolean isClosed(ObjectReference channel) {
        return ((BooleanValue) value(channel, "closed")).value();
    }

    /** The interest set of a channel's key, as JSON; null if it is not registered. */
    private static String interest(ObjectReference channel) {
        if (isClosed(channel)) {
            return "\"closed\"";
        }
        if (value(channel, "keys") instanceof ArrayReference keys) {
            for (Value key : keys.getValues()) {
                if (key instanceof ObjectReference registered) {
                    return switch (number(registered, "interestOps")) {
                        case 0 -> "\"nothing\"";
                        case 1 -> "\"OP_READ\"";
                        case 16 -> "\"OP_ACCEPT\"";
                        default -> throw new AssertionError("an interest set that step 3" + " does not know");
                    };
                }
            }
        }
        return "null";
    }

    private static Value local(StackFrame frame, String name) throws Exception {
        LocalVariable variable = frame.visibleVariableByName(name);
        return variable == null ? null : frame.getValue(variable);
    }

    private static ObjectReference object(ObjectReference of, String field) {
        return (ObjectReference) value(of, field);
    }

    private static int number(ObjectReference of, String field) {
        return ((IntegerValue) value(of, field)).value();
    }

    private static Value value(ObjectReference of, String name) {
        for (Field field : of.referenceType().allFields()) {
            if (field.name().equals(name)) {
                return of.getValue(field);
            }
        }
        throw new AssertionError("this JDK's " + of.referenceType().name() + " has no field " + name
                + ": the recorder in Stepping reads it");
    }

    @Override
    public void close() throws IOException {
        for (Socket client : clients.values()) {
            client.close();
        }
        machine.process().destroyForcibly();
        try {
            machine.process().waitFor();
            machine.dispose();
        } catch (VMDisconnectedException gone) {
            // as it should be
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Docs.delete(folder);
    }
}
