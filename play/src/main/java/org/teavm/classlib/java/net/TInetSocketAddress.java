package org.teavm.classlib.java.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;

// What TeaVM lacks of java.net; see TSelectableChannel.java.

/** As {@link java.net.InetSocketAddress}. */
public class TInetSocketAddress extends SocketAddress {
    private static final long serialVersionUID = 1L;

    private final String host;
    private final int port;

    public TInetSocketAddress(int port) {
        this("0.0.0.0", port);
    }

    public TInetSocketAddress(String host, int port) {
        this.host = host;
        this.port = port;
    }

    public TInetSocketAddress(TInetAddress address, int port) {
        this(address.toString(), port);
    }

    public final TInetAddress getAddress() {
        return new TInetAddress(host);
    }

    public final int getPort() {
        return port;
    }

    public final boolean isUnresolved() {
        return false;
    }

    @Override
    public String toString() {
        return "/" + host + ":" + port;
    }
}

abstract class TSocketAddress {}

final class TInetAddress {
    private final String host;

    TInetAddress(String host) {
        this.host = host;
    }

    @Override
    public String toString() {
        return host;
    }
}

interface TSocketOption<T> {
    String name();

    Class<T> type();
}

interface TProtocolFamily {}

final class TStandardSocketOptions {
    public static final SocketOption<Integer> SO_SNDBUF = option("SO_SNDBUF", Integer.class);
    public static final SocketOption<Integer> SO_RCVBUF = option("SO_RCVBUF", Integer.class);
    public static final SocketOption<Boolean> SO_REUSEADDR = option("SO_REUSEADDR", Boolean.class);
    public static final SocketOption<Boolean> SO_KEEPALIVE = option("SO_KEEPALIVE", Boolean.class);
    public static final SocketOption<Integer> SO_LINGER = option("SO_LINGER", Integer.class);
    public static final SocketOption<Boolean> TCP_NODELAY = option("TCP_NODELAY", Boolean.class);

    private TStandardSocketOptions() {}

    private static <T> SocketOption<T> option(String name, Class<T> type) {
        return new SocketOption<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Class<T> type() {
                return type;
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}

class TServerSocket {
    public TServerSocket() throws IOException {}

    public int getLocalPort() {
        return -1;
    }
}

final class TSocket {}

class TSocketException extends IOException {
    private static final long serialVersionUID = 1L;

    public TSocketException(String message) {
        super(message);
    }
}

class TBindException extends SocketException {
    private static final long serialVersionUID = 1L;

    public TBindException(String message) {
        super(message);
    }
}

class TConnectException extends SocketException {
    private static final long serialVersionUID = 1L;

    public TConnectException(String message) {
        super(message);
    }
}
