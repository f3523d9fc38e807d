package tcp.simulation;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Level-triggered, as the JDK's on epoll(7); ready keys come in the order of registration. Its lock is held for as
 * long as a select() runs, so that another thread's select() or close() waits.
 */
final class SimulatedSelector extends AbstractSelector {
    static final int DESCRIPTORS = 2; // Linux: an epoll and an eventfd

    private final Network network;
    private final Set<SelectionKey> keys = new LinkedHashSet<>(); // under its own lock: any thread registers
    private final Selected selected = new Selected();
    private boolean woken; // under the network's lock
    private boolean selecting;

    /** The selected keys: a server may remove some, and add none. */
    private static final class Selected extends LinkedHashSet<SelectionKey> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean add(SelectionKey key) {
            throw new UnsupportedOperationException();
        }

        void select(SelectionKey key) {
            super.add(key);
        }
    }

    SimulatedSelector(SimulatedSelectorProvider provider) {
        super(provider);
        network = provider.network();
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
        if (!(channel instanceof SimulatedChannel simulated)) {
            throw new IllegalSelectorException();
        }
        ensureOpen();
        SimulatedKey key = new SimulatedKey(this, simulated, ops);
        key.attach(attachment);
        synchronized (keys) {
            keys.add(key);
        }
        network.log(Call.Kind.REGISTER, simulated.logName(), Call.NOTHING, SimulatedKey.text(ops));
        return key;
    }

    @Override
    public int select() throws IOException {
        return doSelect(null, 0, true);
    }

    @Override
    public int select(long millis) throws IOException {
        return doSelect(null, millis, true);
    }

    @Override
    public int selectNow() throws IOException {
        return doSelect(null, 0, false);
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return doSelect(Objects.requireNonNull(action), 0, true);
    }

    @Override
    public int select(Consumer<SelectionKey> action, long millis) throws IOException {
        return doSelect(Objects.requireNonNull(action), millis, true);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        return doSelect(Objects.requireNonNull(action), 0, false);
    }

    private synchronized int doSelect(Consumer<SelectionKey> action, long millis, boolean sleeps) throws IOException {
        if (millis < 0) {
            throw new IllegalArgumentException("Negative timeout");
        }
        ensureOpen();
        if (selecting) {
            throw new IllegalStateException("select in progress");
        }
        selecting = true;
        try {
            network.before(Call.Kind.SELECT, null);
            removeCancelled();
            long now = network.now();
            List<SimulatedKey> ready = await(!sleeps ? now : millis > 0 ? now + millis * 1_000_000 : Network.FOREVER);
            removeCancelled();
            ready.removeIf(key -> !key.isValid());
            return action == null ? update(ready) : handle(ready, action);
        } finally {
            selecting = false;
        }
    }

    /** Sleeps until a key is ready, or the time has come, or it is woken or interrupted. */
    private List<SimulatedKey> await(long until) {
        List<SimulatedKey> watched = new ArrayList<>();
        List<SimulatedKey> ready = new ArrayList<>();
        synchronized (keys) {
            for (SelectionKey key : keys) {
                watched.add(((SimulatedKey) key).watched());
            }
        }
        while (true) {
            int seen;
            synchronized (network) {
                for (SimulatedKey key : watched) {
                    if (key.poll()) {
                        ready.add(key);
                    }
                }
                boolean timeIsUp = until != Network.FOREVER && network.now() >= until;
                if (!ready.isEmpty()
                        || timeIsUp
                        || woken
                        || Thread.currentThread().isInterrupted()) {
                    woken = false;
                    network.after(Call.Kind.SELECT, null, ready.size(), null, false);
                    return ready;
                }
                seen = network.changes();
            }
            network.sleep(until, seen);
        }
    }

    private int update(List<SimulatedKey> ready) {
        int n = 0;
        for (SimulatedKey key : ready) {
            int before = selected.contains(key) ? key.ready : 0;
            int now = before | key.readyNow();
            if (now != before) {
                key.ready = now;
                selected.select(key);
                n++;
            }
        }
        return n;
    }

    private int handle(List<SimulatedKey> ready, Consumer<SelectionKey> action) {
        int n = 0;
        for (SimulatedKey key : ready) { // one that the action has cancelled meanwhile comes, too
            key.ready = key.readyNow();
            if (key.ready != 0) {
                n++;
                action.accept(key);
                ensureOpen();
            }
        }
        return n;
    }

    /** Here, and not in close(), a registered channel gives its descriptor back. */
    private void removeCancelled() {
        Set<SelectionKey> cancelled = cancelledKeys();
        synchronized (cancelled) {
            for (SelectionKey key : cancelled) {
                remove(key);
            }
            cancelled.clear();
        }
    }

    private void remove(SelectionKey key) {
        synchronized (keys) {
            keys.remove(key);
        }
        selected.remove(key);
        deregister((AbstractSelectionKey) key);
        SelectableChannel channel = key.channel();
        if (!channel.isOpen() && !channel.isRegistered()) {
            ((SimulatedChannel) channel).release();
        }
    }

    @Override
    public Selector wakeup() {
        wake();
        network.log(Call.Kind.WAKEUP, null, Call.NOTHING, null);
        return this;
    }

    private void wake() {
        synchronized (network) {
            woken = true;
            network.changed();
        }
    }

    @Override
    protected void implCloseSelector() {
        wake();
        synchronized (this) { // whoever selects has returned
            for (SelectionKey key : new ArrayList<>(keys)) {
                remove(key);
            }
            network.closeDescriptors(DESCRIPTORS);
        }
    }

    private void ensureOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    @Override
    public Set<SelectionKey> keys() {
        ensureOpen();
        return Collections.unmodifiableSet(keys);
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        ensureOpen();
        return selected;
    }

    Network network() {
        return network;
    }
}
