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
 * Makes selectors and channels that live on a simulated network. A whole JVM gets one with
 * {@code -Djava.nio.channels.spi.SelectorProvider=tcp.simulation.SimulatedSelectorProvider}.
 */
public final class SimulatedSelectorProvider extends SelectorProvider {
    private final Network network;

    /** On a network of its own: for the JDK, which calls this. */
    public SimulatedSelectorProvider() {
        network = new Network(this);
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
        open(SimulatedSelector.DESCRIPTORS);
        return new SimulatedSelector(this);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        open(1);
        return new SimulatedServerSocketChannel(this);
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        open(1);
        return new SimulatedSocketChannel(this, network.newSocket());
    }

    private void open(int descriptors) throws IOException {
        network.before(Call.Kind.OPEN, null);
        network.openDescriptors(descriptors);
    }

    @Override
    public DatagramChannel openDatagramChannel() {
        throw network.unsupported("DatagramChannel");
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) {
        throw network.unsupported("DatagramChannel");
    }

    @Override
    public Pipe openPipe() {
        throw network.unsupported("Pipe");
    }
}
