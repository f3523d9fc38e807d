package tcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client says what happened, in words that help, and misses nothing. */
class ClientTest {
    private ServerSocket listener;
    private Client client;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        client = Client.connect((InetSocketAddress) listener.getLocalSocketAddress());
        server = listener.accept();
        server.setSoTimeout((int) Client.PATIENCE.toMillis());
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        listener.close();
    }

    private void serverSends(String text) throws IOException {
        server.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void sendsAndReceives() throws IOException {
        client.sendInPieces("hello\n", 4, Duration.ofMillis(1)).halfClose();
        assertThat(server.getInputStream().readAllBytes()).asString().isEqualTo("hello\n");
        serverSends("one two three");
        client.expect("one ");
        assertThat(client.receive(4)).asString().isEqualTo("two ");
        server.shutdownOutput();
        assertThat(client.receiveAll()).isEqualTo("three");
        client.expectEnd();
        assertThat(client.receiveSome()).isNull();
    }

    @Test
    void saysWhatWasSentWhatCameBackAndWhatWasExpected() throws IOException {
        serverSends("hallo\r\n");
        assertFails(() -> client.lookAt("the vowel").send("say \"hello\"\n").expect("hello"), """
                        The server did not do what it promises.
                        Sent:      "say \\"hello\\"\\n" (12 bytes)
                        Came back: "hallo" (5 bytes), then: byte 2 of it is not as expected
                        Expected:  "hello" (5 bytes)
                        Look at:   the vowel""");
    }

    @Test
    void tellsEndOfStreamFromReset() throws IOException {
        server.shutdownOutput();
        assertFails(() -> client.expect("hello"), "Came back: nothing, then: end of stream");
        assertFails(() -> client.receive(1), "end of stream after 0 of them");
        assertFails(() -> client.expectNothing(Duration.ofMillis(1)), "end of stream");
        connectAgain();
        server.setSoLinger(true, 0);
        server.close();
        assertFails(() -> client.expectEnd(), "then: the connection broke: Connection reset");
    }

    private void connectAgain() throws IOException {
        close();
        connect();
    }

    @Test
    void resetIsAReset() {
        client.reset();
        assertThatThrownBy(() -> server.getInputStream().read()).hasMessageContaining("reset");
    }

    @Test
    void noticesBytesThatShouldNotCome() throws IOException {
        client.expectNothing(Duration.ofMillis(10));
        serverSends("x");
        assertFails(
                () -> client.expectNothing(Duration.ofSeconds(5)),
                "Came back: \"x\" (1 bytes), then: a byte\nExpected:  nothing for" + " 5000 ms");
        serverSends("y");
        assertFails(() -> client.expectEnd(), "Expected:  end of stream");
    }

    @Test
    void saysThatNobodyListens() throws IOException {
        var address = (InetSocketAddress) listener.getLocalSocketAddress();
        listener.close();
        assertFails(() -> Client.connect(address), "Cannot connect to " + address);
        assertFails(() -> Client.connect(address, 2), "Client 1 of 2: Cannot connect");
    }

    private static void assertFails(ThrowingCallable action, String message) {
        assertThatThrownBy(action).isInstanceOf(AssertionError.class).hasMessageContaining(message);
    }
}
