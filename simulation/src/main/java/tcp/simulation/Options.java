package tcp.simulation;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A socket's options: kept, and given back. */
final class Options {
    private static final Map<SocketOption<?>, Object> DEFAULTS = Map.of(
            StandardSocketOptions.SO_RCVBUF,
            64 * 1024,
            StandardSocketOptions.SO_SNDBUF,
            64 * 1024,
            StandardSocketOptions.SO_REUSEADDR,
            false,
            StandardSocketOptions.SO_KEEPALIVE,
            false,
            StandardSocketOptions.SO_LINGER,
            -1,
            StandardSocketOptions.TCP_NODELAY,
            false);
    static final Set<SocketOption<?>> OF_SOCKETS = DEFAULTS.keySet();
    static final Set<SocketOption<?>> OF_LISTENERS =
            Set.of(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_REUSEADDR);

    private final Set<SocketOption<?>> supported;
    private final Map<SocketOption<?>, Object> values = new HashMap<>();

    Options(Set<SocketOption<?>> supported) {
        this.supported = supported;
    }

    Set<SocketOption<?>> supported() {
        return supported;
    }

    void set(SocketOption<?> name, Object value) {
        check(name);
        if (value instanceof Integer n && n < 0 && name != StandardSocketOptions.SO_LINGER) {
            throw new IllegalArgumentException("Invalid send or receive buffer size");
        }
        values.put(name, value);
    }

    @SuppressWarnings("unchecked") // set() with the same name put it in
    <T> T get(SocketOption<T> name) {
        check(name);
        return (T) values.getOrDefault(name, DEFAULTS.get(name));
    }

    private void check(SocketOption<?> name) {
        if (!supported.contains(name)) {
            throw new UnsupportedOperationException("'" + name + "' not supported");
        }
    }
}
