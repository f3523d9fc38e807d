package tcp.testkit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
        server.setSoTimeout((int) Client.patience().toMillis());
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
        var failure = assertFails(
                Symptom.WRONG_BYTES,
                () -> client.lookAt("the vowel").send("say \"hello\"\n").expect("hello"));
        assertThat(failure).hasMessage("""
                The server did not respond as it should.
                Sent:      "say \\"hello\\"\\n" (12 bytes)
                Came back: "hallo" (5 bytes)
                Expected:  "hello" (5 bytes)
                Differs:   "allo" from byte 2 on came
                           "ello" from byte 2 on was expected
                Look at:   the vowel""");
        assertThat(failure.exchange().difference()).isEqualTo(1);
        assertThat(failure.exchange().sent()).containsExactly("say \"hello\"\n");
    }

    /** What was as expected is counted and not shown again, so both lines show the same part. */
    @Test
    void showsOnlyWhatFollowsTheRightAnswers() throws IOException {
        serverSends("x".repeat(300) + "hel");
        server.shutdownOutput();
        client.expect("x".repeat(300));
        assertThat(assertFails(Symptom.EARLY_END, () -> client.expect("hello"))).hasMessageContaining("""
                Came back: 300 bytes as expected, then "hel" (3 bytes), then end of stream
                Expected:  "hello" (5 bytes)
                Missing:   "lo" from byte 4 on""");
    }

    @Test
    void tellsEndOfStreamFromReset() throws IOException {
        server.shutdownOutput();
        assertFails(Symptom.EARLY_END, () -> client.expect("hello"));
        assertFails(Symptom.EARLY_END, () -> client.receive(1));
        assertFails(Symptom.EARLY_END, () -> client.expectNothing(Duration.ofMillis(1)));
        close();
        connect();
        server.setSoLinger(true, 0);
        server.close();
        assertFails(Symptom.RESET, () -> client.expectEnd());
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
        assertThat(assertFails(Symptom.MORE, () -> client.expectNothing(Duration.ofSeconds(5))))
                .hasMessageContaining("""
                        Came back: "x" (1 byte)
                        Expected:  nothing for 5000 ms""");
        serverSends("y");
        assertFails(Symptom.MORE, () -> client.expectEnd());
    }

    @Test
    void saysThatNobodyListens() throws IOException {
        var address = (InetSocketAddress) listener.getLocalSocketAddress();
        listener.close();
        assertThat(assertFails(Symptom.REFUSED, () -> Client.connect(address, 2)))
                .hasMessageStartingWith("Client 1 of 2: Cannot connect to " + address);
    }

    private static UnexpectedResponse assertFails(Symptom symptom, ThrowingCallable action) {
        var failure = catchThrowableOfType(UnexpectedResponse.class, action);
        assertThat(failure).isNotNull();
        assertThat(failure.symptom()).as(failure.getMessage()).isEqualTo(symptom);
        return failure;
    }
}
