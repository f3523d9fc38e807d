package tcp.simulation.story;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tcp.simulation.Call;
import tcp.simulation.Network;
import tcp.simulation.Schedule;

/**
 * Plays stories to a server, on the server's own thread: when it sleeps in select(), or makes the call
 * that an action waits for. So nothing depends on how the system schedules threads.
 */
public abstract class Player implements Schedule {
    static final int BUFFER = 64 * 1024;

    protected final Network network;
    final List<Client> clients = new ArrayList<>();
    List<Action> actions = new ArrayList<>();
    int next;
    private int callsSinceAction;
    long timeLeft; // ns, of an action that lets time pass
    boolean limited; // there are only so many descriptors

    protected Player(Network network) {
        this.network = network;
    }

    /** Begins a story, with nobody connected. */
    protected void begin(List<Action> story) {
        actions = story;
        next = 0;
        clients.clear();
        timeLeft = 0;
        limited = false;
        network.forget();
        network.limitDescriptors(Integer.MAX_VALUE);
        network.buffers(BUFFER, BUFFER, BUFFER);
    }

    /** Those who have connected, A first. */
    protected List<Client> clients() {
        return clients;
    }

    /** Whether actions are left. */
    protected boolean hasNext() {
        return next < actions.size();
    }

    /** How many calls there have been since the last action, of those that an action can wait for. */
    protected int callsSinceAction() {
        return callsSinceAction;
    }

    /** Whether there are only so many descriptors. */
    protected boolean isLimited() {
        return limited;
    }

    /** An action is about to happen, just before that call, or while the server sleeps: null. */
    protected void happens(Action action, String moment) {}

    /** An action has happened. */
    protected void happened(int index, Action action) {}

    @Override
    public void before(Call.Kind kind, String channel) throws IOException {
        callsSinceAction++;
        if (hasNext()
                && actions.get(next).call() > 0
                && callsSinceAction >= actions.get(next).call()) {
            goOn(channel == null ? kind + "()" : kind + "(" + channel + ")");
        }
        if (kind == Call.Kind.SET_OPTION && Action.isName(channel) && client(channel).optionFails) {
            client(channel).optionFails = false;
            throw new IOException("Invalid argument");
        }
    }

    @Override
    public void after(Call call) {
        if (call.kind() == Call.Kind.ACCEPT && call.detail().startsWith("client ")) {
            Client client = client(call.detail().substring(7));
            client.accepted = true;
            client.settledAt = network.now();
        } else if (!Action.isName(call.channel())) {
            return;
        } else if (call.kind() == Call.Kind.READ && call.result() > 0) {
            client(call.channel()).reads.add((int) call.result());
        } else if (call.kind() == Call.Kind.CLOSE) {
            client(call.channel()).closed = true;
        }
    }

    @Override
    public int limit(Call.Kind kind, String channel, int possible) {
        if (!Action.isName(channel)) {
            return possible;
        }
        Client client = client(channel);
        List<Integer> limits = kind == Call.Kind.READ ? client.readLimits : client.writeLimits;
        return limits.isEmpty() ? possible : Math.min(limits.remove(0), possible);
    }

    /** Lets time pass if an action says so, as far as the server sleeps. */
    protected boolean timePasses(long nanos) {
        if (timeLeft == 0) {
            return false;
        }
        long step = nanos < 0 ? timeLeft : Math.min(timeLeft, nanos);
        timeLeft -= step;
        network.advance(step);
        return true;
    }

    Client client(String name) {
        return client(Action.number(name));
    }

    Client client(int number) {
        while (clients.size() <= number) {
            clients.add(new Client(Action.name(clients.size()), clients));
        }
        return clients.get(number);
    }

    /** The next action, and those that come at once with it. False: the network has only made choices. */
    protected boolean goOn(String moment) {
        boolean happens = false;
        callsSinceAction = 0;
        do {
            Action action = actions.get(next++);
            happens(action, moment);
            perform(action, action.what().hasClient ? client(action.client()) : null, (int) action.number());
            happened(next - 1, action);
            happens |= !action.what().isChoice();
        } while (hasNext() && actions.get(next).call() == Action.AT_ONCE);
        return happens;
    }

    /** One byte for each char. */
    private static byte[] bytes(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }

    private void perform(Action action, Client client, int n) {
        switch (action.what()) {
            case CONNECTS ->
                client.peer = network.connect(
                        network.ports().isEmpty() ? 0 : network.ports().get(0));
            case SENDS, SENDS_MANY -> {
                String text = action.text().repeat(Math.max(n, 1));
                client.sent.append(text);
                client.peer.send(bytes(text));
            }
            case STOPS_READING -> {
                client.reading = false;
                client.peer.stopReading();
            }
            case READS_ON -> {
                client.reading = true;
                client.peer.startReading();
            }
            case TAKES -> client.peer.take(n);
            case HALF_CLOSES -> {
                client.halfClosed = true;
                client.peer.shutdownOutput();
            }
            case CLOSES -> {
                client.gone = true;
                client.peer.close();
            }
            case RESETS -> {
                client.gone = true;
                client.peer.reset();
            }
            case PASS -> timeLeft = n * 1_000_000L;
            case STANDS_STILL -> network.advance(n * 1_000_000L + 1); // never to the moment at which a limit ends
            case READ_GIVES -> client.readLimits.add(Math.max(n, 1));
            case WRITE_TAKES -> client.writeLimits.add(n);
            case OPTION_FAILS -> client.optionFails = true;
            case BUFFERS -> network.buffers(n, n, n);
            case FEW_DESCRIPTORS, NO_DESCRIPTORS -> {
                limited = true;
                network.limitDescriptors(network.descriptors() + n);
            }
            case DESCRIPTORS -> {
                limited = false;
                network.limitDescriptors(Integer.MAX_VALUE);
            }
            case INTERRUPTED, SIGTERM -> {} // who runs the server sees to that
        }
    }
}
