package tcp.simulation;

import java.io.IOException;
import java.net.BindException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A listening port: what the kernel does before anybody calls accept(). It finishes handshakes
 * itself, and keeps the connections in the accept queue. When that is full, further ones wait.
 */
class Listener {
    final int port;
    private final Network network;
    private final int backlog;
    /** Clients whose handshake is not finished: the accept queue is full. */
    private final Deque<Endpoint> handshakes = new ArrayDeque<>();

    private final Deque<Endpoint> accepted = new ArrayDeque<>();

    /** Port 0 means any free one. A negative backlog: handshakes are never finished. */
    Listener(Network network, int port, int backlog) throws IOException {
        this.network = network;
        this.port = port == 0 ? network.freePort() : port;
        this.backlog = backlog;
        if (network.listeners.putIfAbsent(this.port, this) != null) {
            throw new BindException("Address already in use");
        }
    }

    void connect(Endpoint client) {
        handshakes.add(client);
        finishHandshakes();
    }

    private void finishHandshakes() {
        while (!handshakes.isEmpty() && !isFull()) {
            Endpoint client = handshakes.poll();
            if (!client.isClosed()) {
                client.establish(newEnd(client));
            }
        }
    }

    /** Linux lets one more in than the backlog says. */
    boolean isFull() {
        return accepted.size() > backlog;
    }

    /** This host's end of a new connection. */
    Endpoint newEnd(Endpoint client) {
        Endpoint server = new Endpoint(network.sendBuffer, network.receiveBuffer, client.name, port);
        accepted.add(server);
        return server;
    }

    boolean isReady() {
        return !accepted.isEmpty();
    }

    /** The longest waiting connection, even if it has been reset since; null: none. */
    Endpoint accept() {
        Endpoint server = accepted.poll();
        finishHandshakes();
        return server;
    }

    /** Those who wait in the queue are reset. */
    void close() {
        network.listeners.remove(port);
        accepted.forEach(Endpoint::abort);
        handshakes.forEach(Endpoint::refuse);
    }
}
