import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import tcp.Server;

/** Runs the loop in one thread and closes it from another. Needs the Server's class. */
class CloseIt {
    public static void main(String[] args) throws Exception {
        Server server = new Server(0);
        Thread loop = new Thread(() -> {
            try {
                server.run();
            } catch (IOException e) {
                e.printStackTrace();
            }
        });
        loop.start();
        try (Socket client = new Socket("127.0.0.1", server.port())) {
            client.setSoTimeout(1000);
            Thread.sleep(500);
            System.out.println("Does the loop run? " + loop.isAlive());
            server.close();
            loop.join();
            System.out.println("And after close()? " + loop.isAlive());
            System.out.println("The client: " + read(client));
        }
    }

    private static String read(Socket client) {
        try {
            return client.getInputStream().read() == -1 ? "end of stream" : "a byte";
        } catch (SocketTimeoutException e) {
            return "is still connected";
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
