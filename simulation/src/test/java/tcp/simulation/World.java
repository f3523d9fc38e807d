package tcp.simulation;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;

/** The world around the channels under test. */
interface World extends AutoCloseable {
    SelectorProvider provider();

    /** The other end connects. It has, or has been refused, when this returns. */
    Remote connect(int port) throws IOException;

    /** The same, with a receive buffer of few bytes. */
    Remote connectWithSmallWindow(int port) throws IOException;

    /** The other end begins to connect to a port whose accept queue may be full. */
    Remote beginConnect(int port) throws IOException;

    /** A listener at the other end, for connections that the channels make. */
    RemoteListener listen() throws IOException;

    /** Whether bytes, FINs and errors are treated as Linux does it. */
    boolean linux();

    /** Waits until a thread sleeps in a call that blocks. */
    void awaitAsleep(Thread thread) throws Exception;

    /** The other end of a connection. What it waits for must come within 5 s. */
    interface Remote {
        int port();

        boolean isConnected() throws IOException;

        Remote send(String text) throws IOException;

        /** Sends until no more is taken, at most so many bytes; returns how many. */
        int sendMany(int most) throws IOException;

        /** Exactly so many bytes. */
        String read(int n) throws IOException;

        /** All bytes until the end, and then "(end)" or "(reset)". */
        String rest() throws IOException;

        void shutdownOutput() throws IOException;

        void close() throws IOException;

        void reset() throws IOException;
    }

    /** A listener at the other end. */
    interface RemoteListener {
        int port();

        Remote accept() throws IOException;
    }
}
