package tcp;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import tcp.testkit.Client;
import tcp.testkit.DescriptorLimitContract;
import tcp.testkit.ProgramContract;
import tcp.testkit.ServerProcess;

class WriteIT implements ProgramContract, DescriptorLimitContract {
    @Override
    public void assertServed(InetSocketAddress address) {
        WriteContract.assertAnswered(address);
    }

    @Override
    public void ask(Client client, ServerProcess server) {
        client.send("hello\n").expect("Received 6 bytes\n").expectEnd();
    }

    /** It prints who came and how much was read, two lines a client. */
    @Test
    void printsWhoSentHowMuch() {
        try (ServerProcess server = ServerProcess.java("-cp", CLASSES, "tcp.Server", "0");
                Client client = Client.connect(server.address())) {
            ask(client, server);
            server.expectOutput(
                    "Listening on port " + server.address().getPort(),
                    "Got connection from " + client.address(),
                    "Read 6 bytes from " + client.address());
        }
    }
}
