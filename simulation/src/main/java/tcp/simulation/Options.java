package tcp.simulation;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** A socket's options. */
final class Options {
    private static final SocketOption<?>[] KNOWN = {
        StandardSocketOptions.SO_RCVBUF, // a listener has these two
        StandardSocketOptions.SO_REUSEADDR,
        StandardSocketOptions.SO_SNDBUF,
        StandardSocketOptions.SO_KEEPALIVE,
        StandardSocketOptions.SO_LINGER,
        StandardSocketOptions.TCP_NODELAY
    };

    private final Object[] values = {64 * 1024, false, 64 * 1024, false, -1, false};
    private final int supported;

    private Options(int supported) {
        this.supported = supported;
    }

    static Options ofListener() {
        return new Options(2);
    }

    static Options ofSocket() {
        return new Options(KNOWN.length);
    }

    Set<SocketOption<?>> supported() {
        return new LinkedHashSet<>(List.of(KNOWN).subList(0, supported));
    }

    <T> void set(SocketOption<T> option, T value) {
        int at = index(option);
        if (value == null || value.getClass() != values[at].getClass()) {
            throw new IllegalArgumentException("Invalid value '" + value + "'");
        }
        if (value instanceof Integer n && n < 0 && option != StandardSocketOptions.SO_LINGER) {
            throw new IllegalArgumentException("Invalid send/receive buffer size");
        }
        values[at] = value;
    }

    @SuppressWarnings("unchecked") // set() has put it in, with a value of its type
    <T> T get(SocketOption<T> option) {
        return (T) values[index(option)];
    }

    private int index(SocketOption<?> option) {
        for (int i = 0; i < supported; i++) {
            if (KNOWN[i] == option) {
                return i;
            }
        }
        throw new UnsupportedOperationException("'" + Objects.requireNonNull(option) + "' not supported");
    }
}
