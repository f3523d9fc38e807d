package tcp.play;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import tcp.simulation.Call;
import tcp.simulation.Inspection;
import tcp.simulation.Network;
import tcp.simulation.story.Client;

/** Says in a sentence why a call has returned what it has, where that is not plain. */
final class Why {
    private final Network network;
    private final List<Client> clients;

    Why(Network network, List<Client> clients) {
        this.network = network;
        this.clients = clients;
    }

    /** Null: there is nothing to say. */
    String of(Call call, Selector selector) {
        String name = call.channel();
        return switch (call.kind()) {
            case SELECT ->
                call.result() > 0
                        ? keys(selector, true).trim()
                        : "select() returns without a ready key: its time is up, or wakeup() was called.";
            case ACCEPT ->
                call.detail().equals("null")
                        ? "Nobody waits in the accept queue."
                        : call.detail().startsWith("client ")
                                ? null
                                : "The process has " + network.descriptors()
                                        + " descriptors open and may have no more, so " + queue()
                                        + " in the accept queue.";
            case READ ->
                call.detail() != null
                        ? name + " has reset the connection."
                        : call.result() == -1
                                ? name + " has ended its half, and all its bytes are read."
                                : call.result() == 0 ? "No bytes of " + name + " have arrived." : null;
            case WRITE ->
                call.detail() != null
                        ? "The connection with " + name + " is over."
                        : connection(name).room() == 0 ? "The send buffer of " + name + " is full now." : null;
            default -> null;
        };
    }

    /** Why the server sleeps in that call. */
    String asleep(Call.Kind kind, long nanos, Selector selector) {
        if (kind != Call.Kind.SELECT) {
            return kind + "() blocks, and this thread can do nothing else until it returns.";
        }
        return "select() sleeps: nothing is ready that it was asked for." + keys(selector, false)
                + (nanos < 0 ? "" : " It wakes up in " + (nanos + 999_999) / 1_000_000 + " ms at the latest.");
    }

    /** A sentence for each key that is ready or, if not, for what happens unasked. */
    private String keys(Selector selector, boolean ready) {
        StringBuilder text = new StringBuilder();
        for (SelectionKey key : selector.keys()) {
            int ops = key.isValid() ? Inspection.readyNow(key) : 0;
            String name = Inspection.name(key.channel());
            String reason = !key.isValid() || (ops != 0) != ready
                    ? null
                    : name.equals("listener") ? listener(key, ops) : client(key, name, ops);
            text.append(reason == null ? "" : " " + reason);
        }
        return text.toString();
    }

    private String listener(SelectionKey key, int ops) {
        return Inspection.queue(network).isEmpty()
                ? null
                : queue() + " in the accept queue, "
                        + (ops != 0
                                ? "and OP_ACCEPT is in the listener's interest set."
                                : "but OP_ACCEPT is not in the listener's interest set.");
    }

    private String queue() {
        List<String> names = Inspection.queue(network);
        return names.size() == 1 ? names.get(0) + " waits" : names.size() + " clients wait";
    }

    private String client(SelectionKey key, String name, int ops) {
        Inspection.Connection end = connection(name);
        boolean comes = end.received() > 0 || end.finReceived();
        String what = end.received() > 0
                ? name + " has " + end.received() + (end.received() == 1 ? " unread byte" : " unread bytes")
                : name + " has ended its half";
        if (end.reset()) {
            return ops == 0 ? null : "The connection with " + name + " is over, and that is always reported.";
        } else if (ops == 0) {
            return comes && (key.interestOps() & SelectionKey.OP_READ) == 0
                    ? what + ", but OP_READ is not in its interest set."
                    : end.room() == 0 ? "The send buffer of " + name + " is full." : null;
        }
        return (ops & SelectionKey.OP_READ) != 0
                ? what + ", and OP_READ is in its interest set."
                : "The send buffer of " + name + " has room for " + end.room()
                        + " bytes, and OP_WRITE is in its interest set.";
    }

    private Inspection.Connection connection(String name) {
        for (Client client : clients) {
            if (client.peer() != null && client.peer().name().equals(name)) {
                return Inspection.connection(network, client.peer());
            }
        }
        return null;
    }
}
