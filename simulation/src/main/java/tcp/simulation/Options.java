package tcp.simulation;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A socket's options. */
final class Options {
    static final Set<SocketOption<?>> OF_LISTENERS =
            Set.of(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_REUSEADDR);

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

    private final Set<SocketOption<?>> supported;
    private final Map<SocketOption<?>, Object> values = new HashMap<>();

    Options(Set<SocketOption<?>> supported) {
        this.supported = supported;
    }

    Set<SocketOption<?>> supported() {
        return supported;
    }

    <T> void set(SocketOption<T> option, T value) {
        if (!option.type().isInstance(value)) {
            throw new IllegalArgumentException("Invalid value '" + value + "'");
        }
        if (value instanceof Integer n && n < 0 && option != StandardSocketOptions.SO_LINGER) {
            throw new IllegalArgumentException("Invalid send/receive buffer size");
        }
        check(option);
        values.put(option, value);
    }

    @SuppressWarnings("unchecked") // set() has put it in, with a value of its type
    <T> T get(SocketOption<T> option) {
        check(option);
        return (T) values.getOrDefault(option, DEFAULTS.get(option));
    }

    private void check(SocketOption<?> option) {
        if (!supported.contains(java.util.Objects.requireNonNull(option))) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
    }
}
