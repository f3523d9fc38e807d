package tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tcp.testkit.Client;
import tcp.testkit.DescriptorLimitContract;
import tcp.testkit.Machine;
import tcp.testkit.ProgramContract;
import tcp.testkit.ServerProcess;

class HttpIT implements ProgramContract, DescriptorLimitContract {
    @Override
    public void assertServed(InetSocketAddress address) {
        HttpContract.assertAnswered(address);
    }

    @Override
    public void ask(Client client, ServerProcess server) {
        client.send(HttpContract.REQUEST).expect(HttpContract.RESPONSE);
    }

    /**
     * It prints where it listens and no more: printing can block, and the loop with it.
     */
    @Test
    void printsNothingForClients() {
        try (ServerProcess server = ServerProcess.java("-cp", CLASSES, "tcp.Server", "0")) {
            assertServed(server.address());
            assertThat(server.out()).hasSize(1);
            assertThat(server.err()).isEmpty();
        }
    }

    /** Ten thousand clients that say nothing: under 1,500 bytes of heap for each. */
    @Test
    void tenThousandConnectionsNeedLittleMemory() throws Exception {
        int count = 10_000;
        Machine.assumeDescriptors(count);
        try (ServerProcess server = ServerProcess.java("-Xmx32m", "-cp", CLASSES, "tcp.Server", "0");
                Client live = Client.connect(server.address())) {
            ask(live, server);
            long before = liveHeap(server);
            List<Client> clients = Client.connect(server.address(), count);
            try {
                clients.forEach(client -> client.send("GET / HTTP/1.1\r\n"));
                ask(live, server);
                long each = (liveHeap(server) - before) / count;
                System.err.println("Step 5, " + count + " connections: " + each + " bytes of heap each");
                assertThat(each).as("bytes of heap for each connection").isBetween(1L, 1_500L);
                clients.forEach(c -> c.send("\r\n").expect(HttpContract.RESPONSE));
            } finally {
                clients.forEach(Client::close);
            }
        }
    }

    /** Bytes of live objects in a server's heap, as the JDK's own jcmd counts them. */
    private static long liveHeap(ServerProcess server) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try (ServerProcess counter =
                ServerProcess.command(List.of(jcmd, String.valueOf(server.pid()), "GC.class_histogram"))) {
            assertThat(counter.awaitExit()).as("exit status of\n" + counter).isZero();
            String total = counter.out().get(counter.out().size() - 1);
            return Long.parseLong(total.trim().split("\\s+")[2]);
        }
    }

    /**
     * What the kernel sees of 100 bursts of 16 requests on one connection: 100 writes,
     * and no call of epoll_ctl(), since the interest set never changes. Linux only: it
     * needs strace.
     */
    @Test
    void writesOnceForEachBurst(@TempDir Path folder) throws Exception {
        Machine.assumeProgram("strace");
        Path calls = folder.resolve("calls");
        try (ServerProcess server = ServerProcess.command(List.of(
                "strace",
                "-f",
                "-qq",
                "-e",
                "trace=write,writev,sendto,epoll_ctl",
                "-o",
                calls.toString(),
                ServerProcess.JAVA,
                "-cp",
                CLASSES,
                "tcp.Server",
                "0"))) {
            try (Client client = Client.connect(server.address())) {
                for (int i = 0; i < 100; i++) {
                    client.send(HttpContract.REQUEST.repeat(16)).expect(HttpContract.RESPONSE.repeat(16));
                }
            }
        }
        List<String> lines = Files.readAllLines(calls);
        Pattern answer = Pattern.compile("(write|writev|sendto)\\(.*\"HTTP/1.1 200 OK.*");
        long writes = lines.stream().filter(line -> answer.matcher(line).find()).count();
        assertThat(writes).as("writes that answer 100 bursts").isEqualTo(100);
        long changes = lines.stream().filter(line -> line.contains("epoll_ctl")).count();
        assertThat(changes)
                .as("calls of epoll_ctl() in all: the wake-up pipe, the listener,"
                        + " the connection; and again what is closed")
                .isLessThan(10);
    }
}
