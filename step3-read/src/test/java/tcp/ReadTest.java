package tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tcp.testkit.Client;
import tcp.testkit.Flood;
import tcp.testkit.InProcessContract;
import tcp.testkit.Latency;
import tcp.testkit.ServerExtension;

class ReadTest implements ReadContract, InProcessContract {
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
     * Two clients have sent a lot before the loop starts. It reads from both in turn, and
     * not all from one before it looks at the other. What it prints tells the order.
     */
    @Test
    void readsFromClientsInTurn() throws Exception {
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true)); // the extension sets it back
        try (Server late = new Server(0)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), late.port());
            try (Client one = Client.connect(address);
                    Client two = Client.connect(address)) {
                one.send(new byte[64 * 1024]).halfClose();
                two.send(new byte[64 * 1024]).halfClose();
                var run = CompletableFuture.runAsync(
                        () -> assertThatCode(late::run).doesNotThrowAnyException());
                one.expectEnd();
                two.expectEnd();
                late.close();
                run.join();
                List<String> reads = printed.toString()
                        .lines()
                        .filter(line -> line.startsWith("Read"))
                        .toList();
                int first = Math.max(firstRead(reads, one), firstRead(reads, two));
                assertThat(first)
                        .withFailMessage(() -> "One client was read from "
                                + first
                                + " times before the other, who had sent something too, had its"
                                + " turn:\n" + String.join("\n", reads)
                                + "\nLook at:   is there one"
                                + " read() per readiness, or one until nothing is left?")
                        .isLessThanOrEqualTo(2);
            }
        }
    }

    private static int firstRead(List<String> reads, Client client) {
        String from = " from " + client.address();
        return reads.indexOf(
                reads.stream().filter(line -> line.endsWith(from)).findFirst().orElse(""));
    }

    /** Three clients that never stop sending do not keep a fourth from being served. */
    @Test
    void floodsOfBytesDoNotKeepOthersWaiting() {
        byte[] bytes = new byte[64 * 1024];
        try (Flood flood = Flood.of(3, address(), client -> client.send(bytes))) {
            Latency.check("Step 3, three floods of bytes", () -> assertServed(address()));
        }
    }

    /** Nor do clients that connect and reset all the time. */
    @Test
    void floodsOfConnectsDoNotKeepOthersWaiting() {
        try (Flood flood = Flood.ofConnects(3, address(), client -> client.reset())) {
            Latency.check("Step 3, three floods of connects", () -> assertServed(address()));
        }
    }
}
