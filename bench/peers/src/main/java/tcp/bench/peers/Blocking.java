package tcp.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * Plain blocking code with a thread for each connection: threads of the operating system,
 * or virtual threads (JDK 21 or newer). It looks for the end of a request as step 5 does,
 * and gives all answers that a read asked for in one write.
 */
final class Blocking {
    private Blocking() {}

    static int start(boolean virtual) throws Exception {
        Executor threads = virtual ? virtualThreads() : Executors.newCachedThreadPool();
        ServerSocket listener = new ServerSocket();
        listener.bind(new InetSocketAddress(0), 1024);
        new Thread(
                        () -> {
                            while (true) {
                                try {
                                    Socket client = listener.accept();
                                    client.setTcpNoDelay(true);
                                    threads.execute(() -> serve(client));
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            }
                        },
                        "accept")
                .start();
        return listener.getLocalPort();
    }

    /** Found by name, since this is compiled for JDK 17. */
    private static Executor virtualThreads() throws ReflectiveOperationException {
        return (Executor)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    private static void serve(Socket client) {
        try (client;
                InputStream in = client.getInputStream();
                OutputStream out = client.getOutputStream()) {
            byte[] input = new byte[8 * 1024];
            byte[] output = Main.RESPONSE;
            int matched = 0;
            for (int n; (n = in.read(input)) != -1; ) {
                int owed = 0;
                for (int i = 0; i < n; i++) {
                    byte b = input[i];
                    boolean expected = b == (matched % 2 == 0 ? '\r' : '\n');
                    matched = expected ? (matched + 1) % 4 : b == '\r' ? 1 : 0;
                    owed += expected && matched == 0 ? Main.RESPONSE.length : 0;
                }
                if (owed > output.length) {
                    output = row(owed);
                }
                out.write(output, 0, owed);
            }
        } catch (IOException theClientHasLeft) {
        }
    }

    private static byte[] row(int length) {
        byte[] row = new byte[length];
        for (int i = 0; i < length; i += Main.RESPONSE.length) {
            System.arraycopy(Main.RESPONSE, 0, row, i, Main.RESPONSE.length);
        }
        return row;
    }
}
