package tcp;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.Client;
import tcp.testkit.Flood;
import tcp.testkit.InProcessContract;
import tcp.testkit.Latency;
import tcp.testkit.ServerExtension;

class WriteTest implements WriteContract, InProcessContract {
    @RegisterExtension
    final ServerExtension<Server> server = new ServerExtension<>(() -> new Server(0), Server::port, Server::run);

    @Override
    public ServerExtension<?> server() {
        return server;
    }

    @Override
    public InetSocketAddress address() {
        return server.address();
    }

    /**
     * A reply is owed, too, when the client's end comes before the loop could write. Here
     * the loop is held up while it prints, so that this happens for sure.
     */
    @Test
    void repliesThoughTheEndCameFirst() {
        CountDownLatch ended = new CountDownLatch(1);
        System.setOut(new PrintStream(new OutputStream() {
            @Override
            public void write(int b) {
                try {
                    ended.await(Client.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }));
        try (Client client = Client.connect(address())) {
            client.lookAt("does end of stream close a connection that is owed a reply?")
                    .send("hello\n")
                    .halfClose();
            ended.countDown();
            client.expect("Received 6 bytes\n").expectEnd();
        }
    }

    /** A client that has its reply and stays costs nothing: nothing is owed to it. */
    @Test
    void clientThatLingersCostsNoCpu() throws Exception {
        try (Client client = Client.connect(address())) {
            client.send("hello\n").expect("Received 6 bytes\n").expectEnd();
            assertLoopIsIdle(
                    "is OP_WRITE still in the interest set? A channel is nearly" + " always ready for writing.");
        }
    }

    /** Three clients that never stop sending do not keep a fourth from its reply. */
    @Test
    void floodsOfBytesDoNotKeepOthersWaiting() {
        byte[] bytes = new byte[64 * 1024];
        try (Flood flood = Flood.of(3, address(), client -> client.send(bytes))) {
            Latency.check("Step 4, three floods of bytes", () -> assertServed(address()));
        }
    }

    /** Nor do clients that connect and reset all the time. */
    @Test
    void floodsOfConnectsDoNotKeepOthersWaiting() {
        try (Flood flood = Flood.ofConnects(3, address(), client -> client.reset())) {
            Latency.check("Step 4, three floods of connects", () -> assertServed(address()));
        }
    }
}
