package tcp;

import java.io.IOException;

/** Step 1: a selector loop that hears a client knock, and does not open yet. */
public final class Server implements AutoCloseable {
    /** Listens on all addresses. Port 0 means any free one; port() tells which. */
    public Server(int port) throws IOException {
        // TODO: open a selector and a listener, bind it, register it
    }

    /** The port it listens on. */
    public int port() {
        return 0; // TODO: ask the listener
    }

    /** Serves until close() is called from another thread, or this one is interrupted. */
    public void run() throws IOException {
        // TODO: the loop
    }

    /** Ends run(), from another thread, and frees the port. Again, it does nothing. */
    @Override
    public void close() throws IOException {
        // TODO: end the loop first, then close what you opened
    }

    public static void main(String[] args) throws IOException {
        String port = args.length == 0 ? "8080" : String.join(" ", args);
        Server server = null;
        try {
            server = new Server(Integer.parseInt(port));
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("Cannot listen on port " + port + ": " + e.getMessage()
                    + ". Give one number: 1 to 65535, or 0 for any free port.");
            System.exit(1);
        }
        System.out.println("Listening on port " + server.port());
        server.run();
    }
}
