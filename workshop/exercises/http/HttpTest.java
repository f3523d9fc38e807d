package http;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.Server;
import tcp.testkit.Client;
import tcp.testkit.EachStepContract;
import tcp.testkit.InProcessContract;
import tcp.testkit.ServerExtension;

/**
 * Honest HTTP/1.1 (RFC 9112), of a server that has one page: it knows where a request ends,
 * does what Connection says, and refuses what it does not speak.
 */
class HttpTest implements EachStepContract, InProcessContract {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String HEAD_OF_RESPONSE =
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + "Connection: keep-alive\r\nContent-Length: 6\r\n\r\n";
    private static final String RESPONSE = HEAD_OF_RESPONSE + "hello\n";
    private static final String LAST_RESPONSE = RESPONSE.replace("keep-alive", "close");
    /** Long enough that no server has read it when it answers the head. */
    private static final String MUCH = "x".repeat(1 << 20);

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

    /** A client that has its answer and stays costs nothing: nothing is owed to it. */
    @Test
    void clientThatStaysCostsNoCpu() throws Exception {
        try (Client client = Client.connect(address())) {
            client.send(GET).expect(RESPONSE);
            assertLoopIsIdle("is OP_WRITE still in the interest set?");
        }
    }

    /** A POST with a body of so many bytes. */
    static String post(String body) {
        return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** The response that refuses, to the byte; the connection ends after it. */
    static String refusal(String status) {
        return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    }

    @Override
    public void assertServed(InetSocketAddress address) {
        try (Client client = Client.connect(address)) {
            client.lookAt("is a plain GET answered with the page?").send(GET).expect(RESPONSE);
        }
    }

    /** A request, its response, and the connection stays open. */
    @Order(1)
    @Test
    void answersAndStaysOpen() {
        try (Client client = Client.connect(address())) {
            client.lookAt("is a plain GET answered with the page?")
                    .send(GET)
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(50));
            client.send(GET).expect(RESPONSE);
        }
    }

    /** A body may look like a request; it is none (RFC 9112, section 6.2). */
    @Order(2)
    @Test
    void skipsABody() {
        try (Client client = Client.connect(address())) {
            client.lookAt("is the body taken for the next request?")
                    .send(post(GET))
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(100));
            client.send(GET).expect(RESPONSE);
        }
    }

    /** A body may come later than its head, and in more than one read. */
    @Order(3)
    @Test
    void skipsABodyThatComesInPieces() {
        String post = post(GET.repeat(3) + "x".repeat(40_000) + GET);
        int end = post.indexOf("\r\n\r\n") + 4;
        try (Client client = Client.connect(address())) {
            client.lookAt("is it kept how much of the body is still to come?")
                    .send(post.substring(0, end))
                    .pause(Duration.ofMillis(20))
                    .send(post.substring(end, end + 50))
                    .pause(Duration.ofMillis(20))
                    .send(post.substring(end + 50))
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(100));
            client.send(GET).expect(RESPONSE);
        }
    }

    /** Names of headers have no case (RFC 9110, section 5.1). */
    @Order(4)
    @ParameterizedTest
    @ValueSource(strings = {"content-length", "CONTENT-LENGTH"})
    void ignoresTheCaseOfNames(String name) {
        try (Client client = Client.connect(address())) {
            client.lookAt("are names of headers compared without their case?")
                    .send(post(GET).replace("Content-Length", name))
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(100));
        }
    }

    /** HEAD is GET without the body (RFC 9110, section 9.3.2). */
    @Order(5)
    @Test
    void headGetsNoBody() {
        try (Client client = Client.connect(address())) {
            client.lookAt("does HEAD get the head only, Content-Length and all?")
                    .send(GET.replace("GET", "HEAD"))
                    .expect(HEAD_OF_RESPONSE)
                    .expectNothing(Duration.ofMillis(100));
            client.send(GET).expect(RESPONSE);
        }
    }

    /** Connection: close ends the connection after the response, without a reset. */
    @Order(6)
    @ParameterizedTest
    @ValueSource(strings = {"close", "Close"})
    void closesWhenAsked(String close) {
        try (Client client = Client.connect(address())) {
            client.lookAt("does the connection end after Connection: close?")
                    .send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: " + close + "\r\n\r\n")
                    .expect(LAST_RESPONSE)
                    .expectEnd();
        }
    }

    /** HTTP/1.0 closes, unless the client asks to keep the connection. */
    @Order(7)
    @Test
    void speaksHttp10() {
        try (Client client = Client.connect(address())) {
            client.lookAt("HTTP/1.0 ends the connection unless keep-alive is asked for")
                    .send("GET / HTTP/1.0\r\n\r\n")
                    .expect(LAST_RESPONSE)
                    .expectEnd();
        }
        try (Client client = Client.connect(address())) {
            client.lookAt("HTTP/1.0 with Connection: keep-alive stays")
                    .send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(50));
        }
    }

    /** What is no request gets 400, and the end. */
    @Order(8)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello\r\n\r\n",
                "GET /\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 6\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"
            })
    void refusesWhatIsNoRequest(String head) {
        assertRefused(head, "400 Bad Request");
    }

    /** A body in chunks gets 501; a version that is not 1.x gets 505. */
    @Order(9)
    @Test
    void refusesWhatItDoesNotSpeak() {
        assertRefused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "501 Not Implemented");
        assertRefused("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505 HTTP Version Not Supported");
    }

    /** A head of more than 8 KiB gets 431, and the end; it need not be over. */
    @Order(10)
    @Test
    void refusesAHeadWithoutEnd() {
        assertRefused("GET / HTTP/1.1\r\nHost: a\r\nA: " + "b".repeat(8 * 1024), "431 Request Header Fields Too Large");
    }

    /** A refusal arrives though the client goes on sending: no reset comes, ever. */
    private void assertRefused(String head, String status) {
        try (Client client = Client.connect(address())) {
            client.lookAt("is the refusal sent, and is what still comes read and dropped," + " until the client ends?")
                    .send(head)
                    .send(MUCH)
                    .expect(refusal(status))
                    .expectEnd()
                    .send(MUCH);
        }
    }

    /** Requests of all kinds in one read, and byte by byte, are answered in order. */
    @Order(11)
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100_000})
    void answersAMixInOrder(int size) {
        String requests = GET + post(GET) + GET.replace("GET", "HEAD") + post("") + GET + "\r\n"
                + GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        try (Client client = Client.connect(address())) {
            client.lookAt("which request of a mix was read wrongly?")
                    .sendInPieces(requests, size, Duration.ofMillis(size == 1 ? 1 : 0))
                    .expect(RESPONSE + RESPONSE + HEAD_OF_RESPONSE + RESPONSE + RESPONSE + LAST_RESPONSE)
                    .expectEnd();
        }
    }
}
