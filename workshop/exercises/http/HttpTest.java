package http;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.step5.HttpContract;
import tcp.testkit.Unmet;
import tcp.testkit.client.Client;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.system.Machine;

/**
 * HTTP/1.1 (RFC 9110 and 9112) of a server that has one page: it knows where a request ends,
 * does what Connection says, and refuses what it does not speak. Well-formed requests are
 * answered as in step 5.
 */
class HttpTest extends HttpContract {
    private static final String HEAD_OF_RESPONSE = RESPONSE.substring(0, RESPONSE.indexOf("hello"));
    private static final String LAST_RESPONSE = RESPONSE.replace("keep-alive", "close");
    /** Long enough that no server has read it when it answers the head. */
    private static final String MUCH = "x".repeat(1 << 20);

    /** A request with these lines in its head. */
    private static String request(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    /** A POST with this body, and its length. */
    private static String post(String body) {
        return request("POST / HTTP/1.1", "Host: localhost", "Content-Length: " + body.length()) + body;
    }

    /** A body may look like a request; it is none (RFC 9112, section 6.2). */
    @Order(2)
    @Test
    void skipsABody(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("is the body taken for the next request?")
                    .send(post(REQUEST))
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(50));
            client.send(REQUEST).expect(RESPONSE);
        }
    }

    /** A body may come later than its head, and in more than one read. */
    @Order(3)
    @Test
    void skipsABodyThatComesInPieces(InetSocketAddress server) {
        String post = post(REQUEST.repeat(3) + "x".repeat(40_000) + REQUEST);
        int end = post.indexOf("\r\n\r\n") + 4;
        try (Client client = Client.connect(server)) {
            client.lookAt("is it kept how much of the body is still to come?")
                    .send(post.substring(0, end))
                    .expect(RESPONSE)
                    .send(post.substring(end, end + 50))
                    .pause(Duration.ofMillis(20))
                    .send(post.substring(end + 50))
                    .expectNothing(Duration.ofMillis(50));
            client.send(REQUEST).expect(RESPONSE);
        }
    }

    /** Names of fields have no case (RFC 9110, section 5.1). */
    @Order(4)
    @ParameterizedTest
    @ValueSource(strings = {"content-length", "CONTENT-LENGTH"})
    void ignoresTheCaseOfNames(String name, InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("are the names of fields compared without their case?")
                    .send(post(REQUEST).replace("Content-Length", name))
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(50));
        }
    }

    /** HEAD is GET without the body of the response (RFC 9110, section 9.3.2). */
    @Order(5)
    @Test
    void headGetsNoBody(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("does HEAD get the head only, Content-Length and all?")
                    .send(REQUEST.replace("GET", "HEAD"))
                    .expect(HEAD_OF_RESPONSE)
                    .send(REQUEST)
                    .expect(RESPONSE)
                    .expectNothing(Duration.ofMillis(50));
        }
    }

    /** Connection is a list without case, which has close in it (RFC 9110, section 7.6.1). */
    @Order(6)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: close",
                "connection:CLOSE",
                "Connection: x, \tClose ,y",
                "Connection: close, keep-alive",
                "Connection: keep-alive\r\nConnection: close"
            })
    void closesWhenAsked(String field, InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("is one of the options in Connection close, and does the connection end then?")
                    .send(request("GET / HTTP/1.1", "Host: localhost", field))
                    .expect(LAST_RESPONSE)
                    .expectEnd()
                    .send(REQUEST)
                    .expectEnd();
        }
    }

    /** HTTP/1.0 closes, unless the client asks to keep the connection (RFC 9112, section 9.3). */
    @Order(7)
    @ParameterizedTest
    @ValueSource(strings = {"X: keep-alive", "Connection: not-keep-alive", "Connection: keep-alive, close"})
    void closesAfterHttp10(String field, InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("HTTP/1.0 ends the connection, unless Connection has the option keep-alive")
                    .send(request("GET / HTTP/1.0", field))
                    .expect(LAST_RESPONSE)
                    .expectEnd();
        }
    }

    /** What is right, though it may look odd, gets the page, and the connection stays. */
    @Order(8)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", // RFC 9112, section 9.3
                "GET / HTTP/1.2\r\nHost: a\r\n\r\n", // RFC 9110, section 2.5
                "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", // RFC 9112, section 2.2
                "get /a%20b;c?d=e&f=/?:@ HTTP/1.1\r\nHost: a\r\n\r\n", // RFC 9112, section 3.2.1
                "head / HTTP/1.1\r\nHost: a\r\n\r\n", // not HEAD: methods have a case (RFC 9110, section 9.1)
                "GET http://b:80/c?d HTTP/1.1\r\nHost: a\r\n\r\n", // RFC 9112, section 3.2.2
                "GET HTTP://b?c HTTP/1.1\r\nHost: a\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", // RFC 9112, section 3.2.4
                "GET / HTTP/1.1\r\nHost:\r\n\r\n", // RFC 9110, section 7.2
                "GET / HTTP/1.1\r\nHost: \t[::1]:80 \r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a_b.c:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nA: \u0085\u00ff\t!\r\nB:\r\n!#: :\r\n\r\n", // RFC 9110, section 5.5
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-close, close-x\r\n\r\n", // RFC 9110, section 7.6.1
                "GET / HTTP/1.1\r\nHost: a\r\nX-Connection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 00000000000000000000010\r\n\r\n((((((((((", // RFC 9110,
                // 8.6
                "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, Transfer-Encoding\r\n\r\n"
            })
    void answersWhatIsRight(String request, InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("this request is right: which rule of yours refuses it, or closes?")
                    .send(request)
                    .expect(RESPONSE)
                    .send(REQUEST)
                    .expect(RESPONSE);
        }
    }

    /** What is no request gets 400, and the end. */
    @Order(9)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello\r\n\r\n", // RFC 9112, section 3
                "GET /\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                " / HTTP/1.1\r\nHost: a\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.10\r\nHost: a\r\n\r\n",
                "GET a HTTP/1.1\r\nHost: a\r\n\r\n", // RFC 9112, section 3.2
                "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n",
                "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n",
                "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n", // RFC 9112, section 3.2
                "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", // RFC 9112, section 5
                "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", // RFC 9112, section 5.1
                "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", // RFC 9112, section 5.2
                "GET / HTTP/1.1\r\n Host: a\r\n\r\n", // RFC 9112, section 2.2
                "GET / HTTP/1.1\r\nHost: a\r\nA: \0\r\n\r\n", // RFC 9110, section 5.5
                "GET / HTTP/1.1\r\nHost: a\r\nA: \033\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nA: \177\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nA: b\nc: d\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", // RFC 9110, section 8.6
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 6\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 6\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\ncontent-length: 6\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"
            })
    void refusesWhatIsNoRequest(String head, InetSocketAddress server) {
        assertRefused(server, head, "400 Bad Request");
    }

    /**
     * A server may refuse a length that is too large for it. If it does not, the body is as long as
     * it says: a number that has run over would be smaller, and a request be taken from the body.
     */
    @Order(9)
    @ParameterizedTest
    @ValueSource(strings = {"2147483648", "4294967296", "9223372036854775808", "18446744073709551616"})
    void takesNoPartOfALongBodyForARequest(String length, InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("does a large Content-Length run over in an int or a long?")
                    .send(request("POST / HTTP/1.1", "Host: a", "Content-Length: " + length) + REQUEST)
                    .expect("HTTP/1.1 ");
            if (new String(client.receive(1)).equals("2")) {
                client.expect(RESPONSE.substring("HTTP/1.1 2".length())).expectNothing(Duration.ofMillis(50));
            } else {
                client.expect("00 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                        .expectEnd();
            }
        }
    }

    /** A body whose end is not known, or a tunnel, gets 501 (RFC 9112, 6.1, and RFC 9110, 9.3.6). */
    @Order(10)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\ntransfer-ENCODING:chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n",
                "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"
            })
    void refusesWhatItDoesNotSpeak(String head, InetSocketAddress server) {
        assertRefused(server, head, "501 Not Implemented");
    }

    /** A version that is not 1.x gets 505 (RFC 9110, section 15.6.6). */
    @Order(11)
    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET / HTTP/0.9\r\nHost: a\r\n\r\n"})
    void refusesOtherVersions(String head, InetSocketAddress server) {
        assertRefused(server, head, "505 HTTP Version Not Supported");
    }

    /** A head of more than 8 KiB gets 431, and the end, though it is not over (RFC 6585, 5). */
    @Order(12)
    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: a\r\nA: ", "GET /"})
    void refusesAHeadWithoutEnd(String start, InetSocketAddress server) {
        assertRefused(server, start + "b".repeat(8 * 1024), "431 Request Header Fields Too Large");
    }

    /** Of a head 8 KiB are taken, and not a byte more, in whatever pieces they come. */
    @Order(13)
    @Test
    void takesAHeadOf8192Bytes(InetSocketAddress server) {
        String longest = REQUEST.replace("\r\n\r\n", "\r\nA: \r\n\r\n");
        longest = longest.replace("A: ", "A: " + "b".repeat(8 * 1024 - longest.length()));
        try (Client client = Client.connect(server)) {
            client.lookAt("how many bytes of a head are taken? 8,192, counted anew for each")
                    .send(longest + longest)
                    .expect(RESPONSE + RESPONSE);
        }
        assertRefused(server, longest.replace("A: b", "A: bb"), "431 Request Header Fields Too Large");
    }

    /** A refusal arrives though the client goes on sending: no reset comes, ever. */
    private void assertRefused(InetSocketAddress server, String head, String status) {
        try (Client client = Client.connect(server)) {
            client.lookAt("is the refusal sent, and is what still comes read and dropped, until the client ends?")
                    .send(head + REQUEST)
                    .send(MUCH)
                    .expect("HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                    .expectEnd()
                    .send(MUCH);
        }
    }

    /** Requests of all kinds in one read, and byte by byte, are answered in order. */
    @Order(14)
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100_000})
    void answersAMixInOrder(int size, InetSocketAddress server) {
        String requests = REQUEST + post(REQUEST) + REQUEST.replace("GET", "HEAD") + post("") + REQUEST + "\r\n"
                + REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n") + REQUEST;
        try (Client client = Client.connect(server)) {
            client.lookAt("which request of a mix was read wrongly?")
                    .sendInPieces(requests, size, Duration.ofMillis(size == 1 ? 1 : 0))
                    .expect(RESPONSE + RESPONSE + HEAD_OF_RESPONSE + RESPONSE + RESPONSE + LAST_RESPONSE)
                    .expectEnd();
        }
    }

    /**
     * A head costs time in proportion to its length: as many bytes in heads that are four
     * times as long take as long. Whatever goes back, or copies, for each byte takes longer.
     */
    @Order(15)
    @ParameterizedTest
    @ValueSource(strings = {"A:| |", "A: a| |b", "A:| |\n", "|A|: b", "A:|\r\nA:|", "Connection: a|, a|"})
    void readsAHeadInLinearTime(String field, InetSocketAddress server) {
        measure(server, field, 8_000, 5); // code is compiled meanwhile
        measure(server, field, 2_000, 20);
        double longer = measure(server, field, 8_000, 15);
        double shorter = measure(server, field, 2_000, 60);
        for (int i = 0; i < 2 && longer >= Math.max(100, 2.5 * shorter); i++) { // a machine may be busy for a while
            longer = Math.min(longer, measure(server, field, 8_000, 15));
            shorter = Math.max(shorter, measure(server, field, 2_000, 60));
        }
        Unmet.unless(
                longer < Math.max(100, 2.5 * shorter),
                "does a byte take longer, the more bytes are before it? Look at each just once, and do not copy what is"
                        + " before it.",
                "60 heads of 2 kB took %.0f ms, and 15 heads of 8 kB, which have as many bytes, %.0f ms.",
                shorter,
                longer);
    }

    /** Sends so many heads, and returns the ms that took; or what the first second's took in all. */
    private double measure(InetSocketAddress server, String field, int length, int times) {
        String[] parts = field.split("\\|", -1); // the middle part is to be repeated
        String line = parts[0] + parts[1].repeat((length - 60) / parts[1].length()) + parts[2];
        String head = request("GET / HTTP/1.1", "Host: a", line);
        long start = System.nanoTime();
        int i = 0;
        while (i < times && System.nanoTime() - start < 1_000_000_000) {
            try (Client client = Client.connect(server)) {
                client.lookAt("how long does a head of " + length + " bytes take?")
                        .send(head);
                client.receive("HTTP/1.1 200 OK".length());
            }
            i++;
        }
        return (System.nanoTime() - start) / 1e6 / i * times;
    }

    /** A head is not over before its last byte. */
    @Override
    @Test
    public void saysNothingBeforeTheHeadIsOver(InetSocketAddress server) {
        try (Client client = Client.connect(server)) {
            client.lookAt("a head ends with an empty line, and not before")
                    .send(REQUEST.substring(0, REQUEST.length() - 1))
                    .expectNothing(Duration.ofMillis(50))
                    .send("\n")
                    .expect(RESPONSE);
        }
    }

    /** Not tried here: these heads have a CR or an LF alone in them, and are refused. */
    @Override
    public void findsAnEndAfterWhatLooksLikeOne(String end, InetSocketAddress server) {}

    /** Empty lines are no requests here. */
    @Override
    public String shortestRequest() {
        return request("A / HTTP/1.1", "Host:");
    }

    /** Not tried here: a head of more than 8 KiB is refused. */
    @Override
    public void readsAHeadWithoutEndAndKeepsNothing(InetSocketAddress server) {}

    /** Nor this, for the same reason. */
    @Override
    public void keepsNothingOfAHeadWithoutEnd(InProcessServer server) {}

    /** 50 MB of bodies are read and forgotten, and others are served. */
    @Test
    @Tag("inside")
    void keepsNothingOfABody(InProcessServer server) {
        String body = "x".repeat(10 << 20);
        assertServed(server.address());
        long before = Machine.heapInUse();
        try (Client client = Client.connect(server.address())) {
            client.lookAt("is a body skipped as it comes, and no byte of it kept?")
                    .send(request("POST / HTTP/1.1", "Host: a", "Content-Length: " + (50 << 20)))
                    .expect(RESPONSE);
            for (int i = 0; i < 5; i++) {
                client.send(body);
                assertServed(server.address());
            }
            client.send(REQUEST).expect(RESPONSE);
            long kept = Machine.heapInUse(before + 2_000_000) - before;
            Unmet.unless(kept < 2_000_000, "is a body skipped as it comes, and no byte of it kept?", """
                    Of a body of 50 MB, %d bytes of memory are in use.""", kept);
        }
    }
}
