package tcp.testkit.server;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A server that runs already, somewhere. */
final class RemoteServer extends RunningServer {
    private final InetSocketAddress address;

    /** At HOST:PORT; an IPv6 address may be in brackets. */
    RemoteServer(String address) {
        int colon = address.lastIndexOf(':');
        try {
            String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
            this.address = new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "server=%s: give in-process, process, container, simulated or HOST:PORT".formatted(address), e);
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public List<String> out() {
        return Assumptions.abort("what a server elsewhere prints cannot be seen");
    }

    @Override
    public List<String> err() {
        return out();
    }

    @Override
    public Duration cpuTime() {
        return Assumptions.abort("the CPU time of a server elsewhere cannot be seen");
    }

    @Override
    Optional<ServerFault> fault() {
        return Optional.empty();
    }

    @Override
    public void close() {}

    @Override
    public void awaitEnd() {
        Assumptions.abort("a server elsewhere is not ours to end");
    }

    @Override
    public String toString() {
        return "A server at " + address;
    }
}
