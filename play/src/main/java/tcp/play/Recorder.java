package tcp.play;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import tcp.simulation.Call;
import tcp.simulation.Inspection;
import tcp.simulation.Network;
import tcp.simulation.Peer;
import tcp.simulation.story.Action;
import tcp.simulation.story.Client;
import tcp.simulation.story.Player;
import tcp.simulation.story.Story;

/**
 * Plays a story to a server, and writes down what happens: each line, call and action, and how the kernel's buffers
 * and the selector's keys look then. The same story gives the same trace, in a page as in a JVM.
 */
final class Recorder extends Player {
    private static final int MOST_BYTES = 2_000; // shown in full

    /** Leaves the server when the story is over. An Error, since servers catch Exceptions. */
    private static final class Stop extends Error {
        private static final long serialVersionUID = 1L;

        Stop() {
            super(null, null, false, false);
        }
    }

    private final StringBuilder trace = new StringBuilder("{\"events\":[");
    private final int most;
    private final int skip;
    private String toldFields = ""; // last
    private List<Action> story; // null: it has begun
    private int events;
    private boolean serving; // run() has begun
    private boolean stopped;

    private final List<String> methods = new ArrayList<>(); // as a debugger's stack has them, the deepest last
    private final List<Integer> lines = new ArrayList<>();
    private final StringBuilder locals = new StringBuilder();
    private final StringBuilder fields = new StringBuilder();
    private StringBuilder told = locals;
    private SelectionKey turn;
    private SelectionKey shown;

    private Selector selector;
    private final List<SelectionKey> selected = new ArrayList<>(); // keys that the last select() has reported
    private final List<Integer> ready = new ArrayList<>(); // and their operations
    private Call.Kind call;
    private int turns; // of the loop, without any progress
    private String state = "";
    private String ending; // null: it sleeps
    private final Why why;

    private Recorder(int most, int skip) {
        super(new Network().logging(false));
        network.schedule(this);
        this.most = most;
        this.skip = skip;
        why = new Why(network, clients());
    }

    /** As {@link Page#play}. */
    static String play(String story, int most, int skip, Network.Body server) {
        Recorder recorder = new Recorder(most, skip);
        try {
            recorder.story = Story.parse(story).actions();
        } catch (IllegalArgumentException e) {
            return "{\"error\":" + quoted(e.getMessage()) + "}";
        }
        Machine.recorder = recorder;
        return recorder.record(server);
    }

    private String record(Network.Body server) {
        try {
            server.run();
            event("end", "");
            ending = "The server has ended.";
        } catch (Stop e) {
            // as it should be
        } catch (Throwable e) {
            StringBuilder text = new StringBuilder("Exception in thread \"main\" ").append(e);
            for (int i = methods.size() - 1; i >= 0; i--) {
                text.append("\n\tat ")
                        .append(methods.get(i))
                        .append("(Server.java:")
                        .append(lines.get(i))
                        .append(')');
            }
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                text.append("\nCaused by: ").append(cause);
            }
            ending = "The server has ended: " + e;
            event("throw", ",\"text\":" + quoted(text.toString()));
        }
        trace.append("],\n\"skipped\":").append(Math.min(skip, events));
        return trace.append(",\"outcome\":[").append(outcome()).append("]}").toString();
    }

    /** How it has ended, in sentences: where two servers have the same ones, nobody could tell them apart. */
    private String outcome() {
        StringBuilder json = new StringBuilder();
        for (Client client : clients()) {
            Peer peer = client.peer();
            Inspection.Connection end = peer == null ? null : Inspection.connection(network, peer);
            if (end != null) {
                String sees = Inspection.end(peer);
                sees = sees == null ? "its connection is open." : "sees " + sees + ".";
                sentence(json, peer.name() + " has got " + got(peer) + ", and " + sees);
                if (end.received() > 0 && !end.reset()) {
                    sentence(json, "Bytes of " + peer.name() + " are unread.");
                }
            }
        }
        sentence(json, network.descriptors() + " descriptors are open.");
        if (ending != null) {
            sentence(json, ending);
        }
        return json.toString();
    }

    private static String got(Peer peer) {
        int n = Inspection.taken(peer);
        int part = Math.min(n, 100);
        String start = Action.quoted(Machine.text(Inspection.taken(peer, 0, part)));
        String last = n == part
                ? ""
                : " … " + Action.quoted(Machine.text(Inspection.taken(peer, Math.max(part, n - 100), n)));
        return n == 0 ? "nothing" : n + (n == 1 ? " byte, " : " bytes, ") + start + last;
    }

    private static void sentence(StringBuilder json, String sentence) {
        json.append(json.length() == 0 ? "" : ",").append(quoted(sentence));
    }

    /** From now on, each call and each line leaves the server. */
    Error stop() {
        stopped = true;
        return new Stop();
    }

    /** Whether the next event is to be written down. */
    private boolean recording() {
        return !stopped && events >= skip;
    }

    private void event(String kind, String more) {
        boolean recording = recording();
        if (stopped || ++events <= most && !recording) {
            return;
        }
        trace.append(trace.charAt(trace.length() - 1) == '[' ? "{\"k\":\"" : ",\n{\"k\":\"");
        if (events > most) {
            trace.append("cut\"}");
            ending = "The server goes on and on.";
            throw stop();
        }
        trace.append(kind).append('"').append(more);
        if (!kind.equals("line") || turn != shown || state.isEmpty()) {
            shown = turn;
            String now = state();
            if (!now.equals(state)) {
                trace.append(",\"s\":").append(now);
                state = now;
            }
        }
        trace.append('}');
    }

    // What the server tells.

    void enter(String method) {
        serving |= method.equals("tcp.Server.run");
        methods.add(method);
        lines.add(0);
    }

    void exit(String method) {
        backTo(method);
        methods.remove(methods.size() - 1);
        lines.remove(lines.size() - 1);
    }

    /** What was called from there has been left by an exception. */
    private void backTo(String method) {
        while (!methods.get(methods.size() - 1).equals(method)) {
            methods.remove(methods.size() - 1);
            lines.remove(lines.size() - 1);
        }
    }

    void line(String method, int line) {
        backTo(method);
        lines.set(lines.size() - 1, line);
        if (stopped) {
            throw stop();
        } else if (serving) {
            event("line", recording() ? told(method, line) : "");
        }
        locals.setLength(0);
        fields.setLength(0);
    }

    private String told(String method, int line) {
        String now = fields.toString();
        boolean news = !now.isEmpty() && !now.equals(toldFields);
        toldFields = news ? now : toldFields;
        return ",\"line\":" + line + ",\"method\":" + quoted(method.substring("tcp.Server.".length()))
                + (locals.length() == 0 ? "" : ",\"locals\":{" + locals + "}")
                + (news ? ",\"fields\":{" + now + "}" : "");
    }

    void value(String name, Object value) {
        if (serving && value instanceof SelectionKey key && name.equals("key")) {
            turn = key;
        }
        if (!serving || !recording()) {
            return;
        }
        String text = described(value);
        if (text != null) {
            boolean json = told == locals || told == fields;
            told.append(told.length() == 0 ? "" : json ? "," : ", ")
                    .append(json ? quoted(name) + ":" + quoted(text) : name + " " + text);
        }
    }

    void fields(Machine.Told self) {
        if (serving && recording()) {
            told = fields;
            self.tell();
            told = locals;
        }
    }

    /** A value in a few words; null: there are none for it. */
    private String described(Object value) {
        if (value instanceof String text) {
            return text;
        } else if (value instanceof SelectionKey key) {
            return Inspection.name(key.channel()) + "'s key";
        } else if (value instanceof SelectableChannel channel) {
            String name = Inspection.name(channel);
            return name.length() > 2 ? name : "client " + name;
        } else if (value instanceof ByteBuffer buffer) {
            return "position " + buffer.position() + ", limit " + buffer.limit() + ", capacity " + buffer.capacity();
        } else if (value instanceof byte[] bytes) {
            return bytes.length + (bytes.length == 1 ? " byte" : " bytes");
        } else if (value instanceof Machine.Told object) {
            StringBuilder before = told;
            told = new StringBuilder();
            object.tell();
            String text = told.toString();
            told = before;
            return text;
        }
        return value == null ? "null" : null;
    }

    void print(String text, boolean err) {
        event("print", !recording() ? "" : ",\"text\":" + quoted(text) + ",\"err\":" + err);
    }

    Selector openSelector() throws IOException {
        return selector = network.provider().openSelector();
    }

    Network network() {
        return network;
    }

    // What the network tells.

    @Override
    protected void happens(Action action, String moment) {
        turns = 0;
        ending = null;
    }

    @Override
    protected void happened(int index, Action action) {
        event("action", ",\"i\":" + index + ",\"text\":" + quoted(action.toString()));
    }

    @Override
    public void before(Call.Kind kind, String channel) throws IOException {
        if (stopped) {
            throw stop();
        }
        call = kind;
        if (kind == Call.Kind.SELECT) {
            turn = null;
            selected.clear();
            ready.clear();
        }
        super.before(kind, channel);
    }

    @Override
    public void after(Call call) {
        super.after(call);
        boolean moved = (call.kind() == Call.Kind.READ || call.kind() == Call.Kind.WRITE) && call.result() > 0;
        if (call.kind() == Call.Kind.SELECT) {
            turns++;
            for (SelectionKey key : selector.keys()) {
                selected.add(key);
                ready.add(Inspection.readyNow(key));
            }
        } else if (moved || call.kind() == Call.Kind.CLOSE || call.kind() == Call.Kind.ACCEPT) {
            turns = 0;
        }
        if (serving) {
            event("call", recording() ? told(call) : "");
        }
    }

    private String told(Call call) {
        String because = why.of(call, selector);
        return ",\"text\":" + quoted(call.toString()) + ",\"n\":" + callsSinceAction()
                + (because == null ? "" : ",\"why\":" + quoted(because));
    }

    @Override
    public boolean asleep(long nanos) {
        if (stopped) {
            throw stop();
        }
        event("sleep", recording() ? ",\"why\":" + quoted(why.asleep(call, nanos, selector)) : "");
        begin();
        if (timePasses(nanos)) {
            return true;
        }
        while (hasNext()) {
            if (goOn(null)) {
                timePasses(nanos);
                return true;
            }
        }
        throw stop();
    }

    @Override
    public void spinning(String how) {
        event("spin", ",\"turns\":" + turns);
        ending = "The server is busy with nothing.";
        begin();
        boolean happens = false;
        while (hasNext() && !happens) {
            happens = goOn(null);
        }
        if (!happens) {
            throw stop();
        }
        timePasses(-1);
    }

    /** The story begins when the server has come to rest for the first time, as an explorer's does. */
    private void begin() {
        if (story != null) {
            begin(story);
            story = null;
        }
    }

    // The state of the world.

    private String state() {
        StringBuilder json = new StringBuilder("{\"backlog\":[");
        for (String name : Inspection.queue(network)) {
            next(json).append(quoted(name));
        }
        json.append("],\"descriptors\":{\"open\":").append(network.descriptors());
        json.append(",\"limit\":").append(isLimited() ? String.valueOf(network.mostDescriptors()) : "null");
        json.append("},\"conns\":{");
        for (Client client : clients()) {
            Peer peer = client.peer();
            Inspection.Connection end = peer == null ? null : Inspection.connection(network, peer);
            if (end != null) {
                next(json).append(quoted(peer.name())).append(":{\"receive\":");
                bytes(json, end.received(), (from, to) -> Machine.text(Inspection.received(peer, from, to)));
                json.append(",\"send\":");
                bytes(json, end.unsent(), (from, to) -> Machine.text(Inspection.unsent(peer, from, to)));
                json.append(",\"room\":").append(end.room());
                json.append(",\"in\":\"").append(end.reset() ? "reset" : end.finReceived() ? "ended" : "open");
                json.append("\",\"out\":\"").append(end.outputEnded() ? "ended" : "open");
                json.append("\",\"accepted\":").append(end.accepted());
                json.append(",\"closed\":").append(end.closed()).append('}');
            }
        }
        json.append("},\"keys\":[");
        if (selector != null && selector.isOpen()) {
            for (SelectionKey key : selector.keys()) {
                if (key.isValid()) {
                    int at = selected.indexOf(key);
                    next(json).append("{\"of\":").append(quoted(Inspection.name(key.channel())));
                    json.append(",\"interest\":").append(ops(key.interestOps()));
                    json.append(",\"ready\":").append(ops(at < 0 ? 0 : ready.get(at)));
                    json.append(key == turn ? ",\"now\":true}" : "}");
                }
            }
        }
        json.append("],\"clients\":{");
        for (Client client : clients()) {
            Peer peer = client.peer();
            if (peer != null) {
                next(json).append(quoted(peer.name())).append(":{\"got\":");
                bytes(json, Inspection.taken(peer), (from, to) -> Machine.text(Inspection.taken(peer, from, to)));
                String sees = Inspection.end(peer);
                json.append(",\"end\":").append(sees == null ? "null" : quoted(sees));
                json.append(",\"reading\":").append(client.isReading());
                json.append(",\"arrived\":").append(Inspection.untaken(peer));
                json.append(",\"waiting\":").append(Inspection.waiting(peer));
                json.append(",\"sent\":");
                bytes(json, client.sentBytes(), client::sent);
                json.append('}');
            }
        }
        return json.append("},\"now\":")
                .append(network.now() / 1_000_000)
                .append('}')
                .toString();
    }

    private static StringBuilder next(StringBuilder json) {
        char last = json.charAt(json.length() - 1);
        return last == '{' || last == '[' ? json : json.append(',');
    }

    private static String ops(int ops) {
        return ops == 0 ? "[]" : "[\"" + Inspection.text(ops, "\",\"") + "\"]";
    }

    private interface Part {
        String of(int from, int to);
    }

    private static void bytes(StringBuilder json, int n, Part part) {
        if (n <= MOST_BYTES) {
            json.append(quoted(part.of(0, n)));
        } else {
            json.append("{\"n\":").append(n).append(",\"head\":").append(quoted(part.of(0, 200)));
            json.append(",\"tail\":").append(quoted(part.of(n - 200, n))).append('}');
        }
    }

    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c == '\n') {
                json.append("\\n");
            } else if (c < ' ') {
                json.append("\\u00").append(c >> 4).append("0123456789abcdef".charAt(c & 15));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
