package tcp.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import tcp.testkit.system.UserError;

/** Connections that have been served once and are silent since, as browsers keep them. */
final class Idle implements AutoCloseable {
    private final int port;
    private final List<Socket> sockets = new ArrayList<>();

    Idle(int port) {
        this.port = port;
    }

    /** Connects until there are so many. */
    void growTo(int connections) throws IOException {
        while (sockets.size() < connections) {
            try {
                Socket socket = Check.connect(port);
                sockets.add(socket);
                socket.getOutputStream().write(Check.REQUEST);
                Check.response(new BufferedInputStream(socket.getInputStream(), 256));
            } catch (IOException e) {
                throw new UserError("connection " + (sockets.size() + 1) + ": " + e.getMessage());
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }
}
