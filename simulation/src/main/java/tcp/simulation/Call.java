package tcp.simulation;

/**
 * A call of the server, as the log keeps it.
 *
 * @param kind what was called
 * @param channel the channel's name: "listener", or a client's, "A" being the first; null for calls
 *     without a channel, such as select()
 * @param result what it returned: bytes, -1 for end of stream, the number of ready keys; -2 if the
 *     call returns nothing
 * @param detail what else there is to say: the accepted client, the interest set, the exception's
 *     message; null: nothing
 */
public record Call(Kind kind, String channel, long result, String detail) {
    /** Calls that reach the kernel, and three that only change what select() asks it for. */
    public enum Kind {
        OPEN("open"),
        BIND("bind"),
        ACCEPT("accept"),
        CONNECT("connect"),
        FINISH_CONNECT("finishConnect"),
        READ("read"),
        WRITE("write"),
        SHUTDOWN_INPUT("shutdownInput"),
        SHUTDOWN_OUTPUT("shutdownOutput"),
        SET_OPTION("setOption"),
        CLOSE("close"),
        SELECT("select"),
        SLEEP("sleep"),
        WAKEUP("wakeup"),
        REGISTER("register"),
        INTEREST_OPS("interestOps");

        private final String method;

        Kind(String method) {
            this.method = method;
        }

        /** A server does it in its loop, and not when it is made or closed. */
        boolean isServing() {
            return this == SELECT || this == ACCEPT || this == READ || this == WRITE;
        }

        /** The method's name in java.nio.channels. */
        @Override
        public String toString() {
            return method;
        }
    }

    static final long NOTHING = -2;

    /** As in {@code read(A) = 35}, {@code accept(listener) = client A}, {@code close(A)}. */
    @Override
    public String toString() {
        String call = channel == null ? kind.toString() : kind + "(" + channel + ")";
        String value = detail != null ? detail : result == NOTHING ? null : String.valueOf(result);
        return value == null ? call : call + " = " + value;
    }
}
