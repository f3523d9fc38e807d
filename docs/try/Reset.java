import java.net.Socket;

/** A rude client: connects, and breaks off with a reset (RST). Argument: the port. */
class Reset {
    public static void main(String[] args) throws Exception {
        int port = args.length == 0 ? 8080 : Integer.parseInt(args[0]);
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoLinger(true, 0); // close() resets, instead of ending in order
        }
    }
}
