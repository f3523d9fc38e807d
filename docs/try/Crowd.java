import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Connects many clients, which say nothing, and runs a command while they are there.
 * Arguments: the port, how many, and the command.
 */
class Crowd {
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int wanted = Integer.parseInt(args[1]);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            Socket client = new Socket();
            try {
                client.connect(new InetSocketAddress("127.0.0.1", port), 5000);
                clients.add(client);
            } catch (IOException e) {
                client.close();
            }
        }
        System.out.println(clients.size() + " clients are connected, "
                + (wanted - clients.size()) + " were refused.");
        ProcessBuilder command = new ProcessBuilder(List.of(args).subList(2, args.length));
        int status = 1;
        try {
            status = command.inheritIO().start().waitFor();
        } catch (IOException e) { // such as: too many open files
            System.err.println(e.getMessage() + ". Try it with fewer clients.");
        }
        System.exit(status); // which closes all the sockets
    }
}
