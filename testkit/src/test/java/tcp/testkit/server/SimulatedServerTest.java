package tcp.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import tcp.testkit.client.Client;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.source.Steps;

/** A client on the simulated network sees what a client on a socket would. */
class SimulatedServerTest {
    /** Not one byte is lost of what the server says before the client has asked for any. */
    @Test
    void aClientGetsWhatIsSaidAtOnce() {
        String source = String.join("\n", Steps.DISCARD.source())
                .replace(
                        "client.close();",
                        "client.write(java.nio.ByteBuffer.wrap(\"bye\".getBytes())); client.close();");
        var compilation = SourceCompiler.compile(source, List.of());
        assertThat(compilation.remarks()).isEmpty();
        SimulatedServer server =
                SimulatedServer.start(compilation.loader(getClass().getClassLoader()));
        for (int i = 0; i < 2_000; i++) {
            Client.connect(server.address()).expect("bye").expectEnd().close();
        }
        server.close();
    }

    /** A test of a server that uses more than there is ends with the list of it, in these words. */
    @Test
    void whatItLacksIsSaid() {
        String source =
                String.join("\n", Steps.DISCARD.source()).replace("listener = ServerSocketChannel.open();", """
                        try { java.nio.channels.Pipe.open(); } catch (UnsupportedOperationException e) {}
                        java.nio.channels.DatagramChannel.open();
                        listener = ServerSocketChannel.open();""");
        var compilation = SourceCompiler.compile(source, List.of());
        assertThat(compilation.remarks()).isEmpty();
        assertThatThrownBy(() ->
                        SimulatedServer.start(compilation.loader(getClass().getClassLoader())))
                .isInstanceOf(TestAbortedException.class)
                .hasMessage("it uses what is not simulated: Pipe, DatagramChannel");
    }
}
