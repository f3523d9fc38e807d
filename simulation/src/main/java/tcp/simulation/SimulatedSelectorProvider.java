package tcp.simulation;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * Makes selectors and channels that live on a simulated network. The whole JVM uses one with
 * {@code -Djava.nio.channels.spi.SelectorProvider=tcp.simulation.SimulatedSelectorProvider}.
 */
public final class SimulatedSelectorProvider extends SelectorProvider {
    private static final int SELECTOR_DESCRIPTORS = 2; // Linux: an epoll and an eventfd

    private final Network network;

    /** On a network of its own; this is what the JDK calls. */
    public SimulatedSelectorProvider() {
        this.network = new Network(this);
    }

    SimulatedSelectorProvider(Network network) {
        this.network = network;
    }

    /** The network that its channels live on. */
    public Network network() {
        return network;
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        open(SELECTOR_DESCRIPTORS);
        return new SimulatedSelector(this, SELECTOR_DESCRIPTORS);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        open(1);
        return new SimulatedServerSocketChannel(this);
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        open(1);
        return new SimulatedSocketChannel(this);
    }

    private void open(int descriptors) throws IOException {
        network.before(Call.Kind.OPEN, null);
        synchronized (network) {
            network.openDescriptors(descriptors);
        }
    }

    /** Not simulated. */
    @Override
    public DatagramChannel openDatagramChannel() {
        throw network.unsupported("DatagramChannel");
    }

    /** Not simulated. */
    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) {
        throw network.unsupported("DatagramChannel");
    }

    /** Not simulated. */
    @Override
    public Pipe openPipe() {
        throw network.unsupported("Pipe");
    }
}
