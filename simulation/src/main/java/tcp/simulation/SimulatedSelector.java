package tcp.simulation;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** Level-triggered, as the JDK's on epoll(7). Ready keys come in the order of registration. */
final class SimulatedSelector extends AbstractSelector {
    private static final long FOREVER = -1;

    private final Network network;
    private final int descriptors;
    private final Set<SelectionKey> keys = new LinkedHashSet<>();
    private final Set<SelectionKey> selected = new LinkedHashSet<>();
    private boolean woken;
    private boolean selecting;

    SimulatedSelector(SimulatedSelectorProvider provider, int descriptors) {
        super(provider);
        this.network = provider.network();
        this.descriptors = descriptors;
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
        if (!(channel instanceof SimulatedChannel simulated)) {
            throw new java.nio.channels.IllegalSelectorException();
        }
        ensureOpen();
        SimulatedKey key = new SimulatedKey(this, simulated);
        key.interest = ops;
        key.attach(attachment);
        synchronized (keys) {
            keys.add(key);
        }
        log(Call.Kind.REGISTER, key);
        return key;
    }

    void log(Call.Kind kind, SimulatedKey key) {
        synchronized (network) {
            String ops = SimulatedKey.text(key.interest);
            network.after(kind, key.channel.logName(), Call.NOTHING, ops, false);
        }
    }

    @Override
    public int select() throws IOException {
        return doSelect(null, FOREVER);
    }

    @Override
    public int select(long millis) throws IOException {
        return doSelect(null, limit(millis));
    }

    @Override
    public int selectNow() throws IOException {
        return doSelect(null, 0);
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return doSelect(Objects.requireNonNull(action), FOREVER);
    }

    @Override
    public int select(Consumer<SelectionKey> action, long millis) throws IOException {
        return doSelect(Objects.requireNonNull(action), limit(millis));
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        return doSelect(Objects.requireNonNull(action), 0);
    }

    private static long limit(long millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("Negative timeout");
        }
        return millis == 0 ? FOREVER : millis * 1_000_000;
    }

    private synchronized int doSelect(Consumer<SelectionKey> action, long nanos) throws IOException {
        ensureOpen();
        if (selecting) {
            throw new IllegalStateException("select in progress");
        }
        selecting = true;
        try {
            network.before(Call.Kind.SELECT, null);
            removeCancelled();
            List<SimulatedKey> ready = await(nanos);
            removeCancelled();
            return action == null ? update(ready) : handle(ready, action);
        } finally {
            selecting = false;
        }
    }

    /** Sleeps until a key is ready, or the time is up. */
    private List<SimulatedKey> await(long nanos) {
        List<SimulatedKey> ready = new ArrayList<>();
        long until = nanos == FOREVER ? FOREVER : network.now() + nanos;
        List<SimulatedKey> watched = new ArrayList<>();
        synchronized (keys) {
            for (SelectionKey key : keys) {
                watched.add((SimulatedKey) key);
                ((SimulatedKey) key).watched = ((SimulatedKey) key).interest;
            }
        }
        while (true) {
            int seen;
            synchronized (network) {
                for (SimulatedKey key : watched) {
                    key.polled = key.watched == 0 ? 0 : key.channel.poll();
                    if (key.channel.readyOps(key.polled, key.watched) != 0) {
                        ready.add(key);
                    }
                }
                boolean timeIsUp = until != FOREVER && network.now() >= until;
                if (!ready.isEmpty()
                        || woken
                        || timeIsUp
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
            int ops = key.isValid() ? key.channel.readyOps(key.polled, key.interest) : 0;
            int before = selected.contains(key) ? key.ready : 0;
            if ((ops & ~before) != 0) {
                key.ready = before | ops;
                selected.add(key);
                n++;
            }
        }
        return n;
    }

    private int handle(List<SimulatedKey> ready, Consumer<SelectionKey> action) {
        int n = 0;
        ready.removeIf(key -> !key.isValid());
        for (SimulatedKey key : ready) { // perhaps closed by the action for another key
            key.ready = key.channel.readyOps(key.polled, key.interest);
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
        List<SelectionKey> cancelled;
        synchronized (cancelledKeys()) {
            cancelled = new ArrayList<>(cancelledKeys());
            cancelledKeys().clear();
        }
        cancelled.forEach(this::remove);
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
        synchronized (network) {
            woken = true;
            network.after(Call.Kind.WAKEUP, null, Call.NOTHING, null, false);
            network.changed();
        }
        return this;
    }

    @Override
    protected void implCloseSelector() {
        wakeup();
        synchronized (this) { // select() has returned
            List.copyOf(keys).forEach(this::remove);
            synchronized (network) {
                network.closeDescriptors(descriptors);
            }
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
        return new AbstractSet<>() { // keys may be removed, and not added
            @Override
            public Iterator<SelectionKey> iterator() {
                return selected.iterator();
            }

            @Override
            public int size() {
                return selected.size();
            }

            @Override
            public boolean contains(Object key) {
                return selected.contains(key);
            }

            @Override
            public boolean remove(Object key) {
                return selected.remove(key);
            }

            @Override
            public void clear() {
                selected.clear();
            }
        };
    }
}
