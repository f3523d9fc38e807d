package proxy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tcp.testkit.system.Machine;

/**
 * Where the proxy connects to: says hello, echoes, and when the client ends its half, says goodbye and
 * ends. It listens on a port of its own choice, or on 9001 if the proxy runs elsewhere already.
 */
final class Target implements BeforeAllCallback, AfterAllCallback {
    static final String HELLO = "ready\n";
    static final String BYE = "bye\n";

    /** When this byte comes, it ends its own half, and listens on. */
    static final char END = 4;

    /** When this byte comes, it resets the connection. */
    static final char BREAK = 5;

    /** What it heard after that, once the other half has ended as well. */
    final BlockingQueue<String> heardAfterItsEnd = new LinkedBlockingQueue<>();

    private final List<Socket> filling = new ArrayList<>();
    private volatile ServerSocket listener;
    private Thread accepting;
    private int port;
    private boolean fixed; // the proxy runs elsewhere, and has been told where
    private volatile boolean found;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        String server = context.getConfigurationParameter("server").orElse("");
        fixed = server.contains(":");
        port = fixed ? 9001 : 0;
        try {
            serves();
        } catch (BindException e) {
            throw new IOException(
                    "The check listens on port 9001 as the target of your proxy, and that port is taken.");
        }
        System.setProperty("target", address());
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (port != 0) {
            refuses();
        }
    }

    /** Nobody has ever connected, though a proxy was told to. */
    boolean isMissed() {
        return fixed && !found;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /** It accepts. */
    void serves() throws IOException {
        refuses();
        ServerSocket mine = listen(1024);
        port = mine.getLocalPort();
        mine.setSoTimeout(10); // close() alone may leave it open while a thread is in accept()
        accepting = new Thread(() -> accept(mine));
        accepting.setDaemon(true);
        accepting.start();
    }

    private void accept(ServerSocket mine) {
        while (listener == mine) {
            try {
                Socket client = mine.accept();
                found = true;
                Thread thread = new Thread(() -> serve(client), "target");
                thread.setDaemon(true);
                thread.start();
            } catch (SocketTimeoutException e) {
                // nobody came
            } catch (IOException e) {
                return;
            }
        }
    }

    private ServerSocket listen(int backlog) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), backlog);
        listener = socket;
        return socket;
    }

    /** Nobody listens there any more. Connections that were made stay. */
    void refuses() throws IOException {
        for (Socket socket : filling) {
            socket.close();
        }
        filling.clear();
        ServerSocket last = listener;
        listener = null;
        if (last != null) {
            try {
                accepting.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            last.close();
        }
    }

    /** Whoever connects now gets no answer: nobody accepts, and the queue is full. */
    void hangs() throws IOException {
        refuses();
        listen(1);
        try {
            for (int i = 0; i < 20; i++) {
                Socket socket = new Socket();
                filling.add(socket);
                socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            }
        } catch (SocketTimeoutException e) {
            return;
        }
        Machine.assumeLinux("filling the queue of a listener");
    }

    private void serve(Socket client) {
        try (client) {
            var in = client.getInputStream();
            var out = client.getOutputStream();
            out.write(HELLO.getBytes(StandardCharsets.ISO_8859_1));
            byte[] bytes = new byte[16 * 1024];
            for (int n; (n = in.read(bytes)) != -1; ) {
                if (bytes[n - 1] == END) {
                    client.shutdownOutput();
                    heardAfterItsEnd.add(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
                    return;
                }
                if (bytes[n - 1] == BREAK) {
                    client.setSoLinger(true, 0); // close() resets then
                    return;
                }
                out.write(bytes, 0, n);
            }
            out.write(BYE.getBytes(StandardCharsets.ISO_8859_1));
            client.shutdownOutput();
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // the client is gone
        }
    }
}
