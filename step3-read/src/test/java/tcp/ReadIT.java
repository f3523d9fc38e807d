package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import tcp.testkit.Client;
import tcp.testkit.DescriptorLimitContract;
import tcp.testkit.ProgramContract;
import tcp.testkit.ServerProcess;

class ReadIT implements ProgramContract, DescriptorLimitContract {
    @Override
    public void assertServed(InetSocketAddress address) {
        ReadContract.assertRead(address);
    }

    @Override
    public void ask(Client client, ServerProcess server) {
        client.send("hello\n");
        String line = "Read 6 bytes from " + client.address();
        server.awaitOutput(line, line::equals);
    }

    /** It prints how much each read() gave, and from whom. */
    @Test
    void printsEachRead() {
        try (ServerProcess server = ServerProcess.java("-cp", CLASSES, "tcp.Server", "0");
                Client client = Client.connect(server.address())) {
            ask(client, server);
            client.send("hello again\n").halfClose().expectEnd();
            server.expectOutput(
                    "Listening on port " + server.address().getPort(),
                    "Got connection from " + client.address(),
                    "Read 6 bytes from " + client.address(),
                    "Read 12 bytes from " + client.address());
        }
    }
}
