package tcp.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * A listening port: what the kernel does before anybody calls accept(). It finishes handshakes by itself and keeps the
 * connections in the accept queue. When that is full, further clients wait.
 */
class Listener {
    final int port;
    private final Network network;
    private final int backlog;
    /** Clients whose handshake waits for room in the queue. */
    private final List<Endpoint> handshakes = new ArrayList<>();

    final List<Endpoint> queue = new ArrayList<>();

    Listener(Network network, int port, int backlog) {
        this.network = network;
        this.port = port;
        this.backlog = backlog;
    }

    void connect(Endpoint client) {
        handshakes.add(client);
        finishHandshakes();
    }

    private void finishHandshakes() {
        while (!handshakes.isEmpty() && queue.size() <= backlog) { // Linux: one more than the backlog says
            Endpoint client = handshakes.remove(0);
            if (!client.isClosed()) {
                client.establish(newEnd(client));
            }
        }
    }

    /** This side's end of a new connection. */
    Endpoint newEnd(Endpoint client) {
        Endpoint server = new Endpoint(client.name, port, network.sendBuffer, network.receiveBuffer);
        queue.add(server);
        return server;
    }

    boolean isReady() {
        if (network.dropsResetClients) {
            queue.removeIf(Endpoint::isReset);
        }
        return !queue.isEmpty();
    }

    /** The connection that has waited longest, even if it has been reset since. */
    Endpoint accept() {
        Endpoint server = queue.remove(0);
        finishHandshakes();
        return server;
    }

    /** Resets the connections in the accept queue, and refuses those whose handshake is not finished. */
    void close() {
        for (Endpoint end : queue) {
            end.abort();
        }
        for (Endpoint client : handshakes) {
            client.refuse();
        }
    }
}
