package tcp.simulation.story;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a server with one page has to answer by the rules of HTTP/1.1 (RFC 9110 and 9112): those in the table of
 * the workshop's exercise. Where they leave a choice, such as which of two faults to name, nothing is expected.
 */
final class HttpRules {
    private static final String TOKEN = "[-!#$%&'*+.^_`|~0-9A-Za-z]+";
    private static final String HOST =
            "(?:\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*]|(?:[-._~!$&'()*+,;=0-9A-Za-z]|%[0-9A-Fa-f]{2})+)";
    private static final String PATH = "(?:[-._~!$&'()*+,;=:@/?0-9A-Za-z]|%[0-9A-Fa-f]{2})*+";
    private static final Pattern REQUEST_LINE = Pattern.compile("(" + TOKEN + ") ([^ ]*) HTTP/([0-9])\\.([0-9])");
    private static final Pattern TUNNEL = Pattern.compile(HOST + ":[0-9]+");
    private static final Pattern TARGET =
            Pattern.compile("/%s|[A-Za-z][-+.0-9A-Za-z]*://%s(:[0-9]*)?([/?]%1$s)?".formatted(PATH, HOST));
    private static final Pattern HOST_FIELD = Pattern.compile("(" + HOST + "(:[0-9]*)?)?");
    private static final Pattern FIELD = Pattern.compile("(?s)(" + TOKEN + "):(.*)");
    private static final Pattern NO_TEXT =
            Pattern.compile("\r(?!\n|$)|(?<!\r)\n|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]");
    private static final int LONGEST_HEAD = 8 * 1024;
    private static final String BAD = "400 Bad Request";
    private static final String VERSION = "505 HTTP Version Not Supported";
    private static final String UNKNOWN = "501 Not Implemented";

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";
    /** The first has a body that looks like a request. */
    static final List<String> MESSAGES = Stream.of(
                    "POST / HTTP/1.1|Host: a|Content-Length: 26||GET / HTTP/1.1|Host: b||",
                    GET + "|",
                    "HEAD /a%20b;c?d=e&f=/?:@ HTTP/1.1|Host: a||",
                    "POST / HTTP/1.1|Host: a|cONTENT-lENGTH:0004||abcd",
                    "GET / HTTP/1.1|Host: a|Connection: x, \tClose ,y||",
                    "GET / HTTP/1.1|Host: a|Connection: close|Connection: keep-alive||",
                    "GET / HTTP/1.1|Host: a|Connection: x-close, close-x|X-Connection: close||",
                    "GET / HTTP/1.0|X: keep-alive||",
                    "GET / HTTP/1.0|Connection: x, Keep-Alive||",
                    "GET / HTTP/1.7|Host: a||",
                    "||||GET http://b:80/c?d HTTP/1.1|Host:||",
                    "OPTIONS * HTTP/1.1|Host: \t[::1]:80 ||",
                    GET + "A: \u0085\u00ff\t!|B:|!#: :||",
                    "GET / HTTP/2.0|Host: a||",
                    "hello||",
                    "GET  / HTTP/1.1|Host: a||",
                    "GET / http/1.1|Host: a||",
                    "G(T / HTTP/1.1|Host: a||",
                    "GET /a#b HTTP/1.1|Host: a||",
                    "GET a:80 HTTP/1.1|Host: a||",
                    "GET * HTTP/1.1|Host: a||",
                    "CONNECT a:80 HTTP/1.1|Host: a||",
                    "CONNECT / HTTP/1.1|Host: a||",
                    "GET / HTTP/1.1||",
                    GET + "hOST: b||",
                    "GET / HTTP/1.1|Host: a/b||",
                    "GET / HTTP/1.1|Host: a:b||",
                    GET + "no colon||",
                    GET + ": b||",
                    GET + "A : b||",
                    GET + "A: b| c||",
                    GET + "A: \0||",
                    GET + "A: \177||",
                    GET + "A: b\rc||",
                    GET + "A: b\nc||",
                    GET + "Content-Length: +1||",
                    GET + "Content-Length:||",
                    GET + "Content-Length: 1|content-length: 1||",
                    GET + "Content-Length: 99999999999999999999||",
                    GET + "tRANSFER-eNCODING: chunked||",
                    GET + "Transfer-Encoding: identity|Content-Length: 5||",
                    GET + "Expect: Transfer-Encoding||")
            .map(text -> text.replace("|", "\r\n"))
            .toList();

    static final String[] STORIES = """
            A connects; A sends "GET / HTTP/1.1\\r\\nHost: a\\r\\nA: "; A sends "b" 8160 times; A sends "\\r\\n\\r\\n"; A sends %2$s
            A connects; A sends "GET / HTTP/1.1\\r\\nHost: a\\r\\nA: "; A sends "b" 8161 times; A sends "\\r\\n\\r\\n"
            A connects; A sends "GET / HTTP/1.1\\r\\nHost: a\\r\\n"; A sends "A: b\\r\\n" 2000 times
            A connects; A sends "GET / HTTP/1.1\\r\\nHost: a\\r\\n" at once; A sends "A: b\\r\\n" 1000 times at once; A sends "\\r\\n" at once; A sends "GET / HTTP/1.1\\r\\nHost: a\\r\\n" at once; A sends "A: b\\r\\n" 1000 times at once; A sends "\\r\\n" at once
            A connects; A sends "GET /"; A sends "b" 9000 times; A sends "b" 100000 times; A half-closes
            A connects; A sends "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 300001\\r\\n\\r\\n"; A sends "x" 100000 times; A sends %1$s; A sends "x" 200000 times; A sends %1$s
            A connects; A sends "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4294967297\\r\\n\\r\\n"; A sends %1$s
            A connects; A sends "hello\\r\\n\\r\\n"; A sends "x" 1000000 times; A sends "x" 1000000 times; A half-closes
            A connects; A sends "hello\\r\\n\\r\\n"; A sends "x" 1000000 times at once; A closes
            A connects; A sends "GET / HTTP/1.0\\r\\n\\r\\n"; A sends "x" 1000000 times at once
            """.split("\n");

    private static final Map<String, Head> KNOWN = new HashMap<>();

    /** What one head says; the body's length is -1 for one that is refused. */
    private record Head(Set<String> faults, String response, boolean last, long body) {}

    private final int sent;
    private final StringBuilder answer = new StringBuilder();
    private boolean last;
    private boolean clear = true;

    private HttpRules(String sent) {
        this.sent = sent.length();
        long at = 0;
        while (clear && !last && at < sent.length()) {
            int start = (int) at;
            int end = sent.indexOf("\r\n\r\n", start);
            if (sent.startsWith("\r\n", start)) { // empty lines before a request
                at += 2;
                continue;
            }
            boolean whole = end >= 0;
            String text = whole ? sent.substring(start, end + 4) : sent.substring(start);
            Head head = whole && text.length() < 200 ? known(text) : head(text, whole);
            if (!whole && head.faults.isEmpty()) {
                break; // the rest is still to come
            }
            clear = head.faults.size() < 2 && (whole || text.length() > LONGEST_HEAD);
            last = head.last;
            answer.append(head.response);
            at = at + text.length() + head.body;
        }
    }

    static HttpRules of(Client client) {
        if (!(client.attachment() instanceof HttpRules known && known.sent == client.sent.length())) {
            client.attach(new HttpRules(client.sent()));
        }
        return (HttpRules) client.attachment();
    }

    /** Null: anything. */
    String answer() {
        return clear ? answer.toString() : null;
    }

    /** The connection ends after it. */
    boolean isLast() {
        return last;
    }

    private static synchronized Head known(String head) {
        if (KNOWN.size() > 10_000) {
            KNOWN.clear();
        }
        return KNOWN.computeIfAbsent(head, text -> head(text, true));
    }

    /** What the lines say that are there; if the head is not whole, more may come. */
    private static Head head(String text, boolean whole) {
        Set<String> faults = new TreeSet<>();
        if (text.length() > LONGEST_HEAD) {
            faults.add("431 Request Header Fields Too Large");
        }
        if (NO_TEXT.matcher(text).find()) {
            faults.add(BAD);
        }
        int end = text.lastIndexOf("\r\n", text.length() - (whole ? 3 : 0));
        String[] lines = end < 0 ? new String[0] : text.substring(0, end).split("\r\n", -1);
        String method = "";
        boolean old = false;
        int hosts = 0;
        int lengths = 0;
        long length = 0;
        boolean close = false;
        boolean keepAlive = false;
        for (int i = 0; i < lines.length; i++) {
            Matcher line = (i == 0 ? REQUEST_LINE : FIELD).matcher(lines[i]);
            if (!line.matches()) {
                faults.add(BAD);
                if (i == 0 && lines[i].matches("(?s).*HTTP/[^1].*")) {
                    faults.add(VERSION);
                }
            } else if (i == 0) {
                method = line.group(1);
                old = line.group(4).equals("0");
                boolean tunnel = method.equals("CONNECT");
                String target = line.group(2);
                if (!line.group(3).equals("1")) {
                    faults.add(VERSION);
                } else if (!(tunnel ? TUNNEL : TARGET).matcher(target).matches()
                        && !(method.equals("OPTIONS") && target.equals("*"))) {
                    faults.add(BAD);
                } else if (tunnel) {
                    faults.add(UNKNOWN);
                }
            } else {
                String value = line.group(2).replaceAll("^[ \t]+|(?<![ \t])[ \t]+$", "");
                switch (line.group(1).toLowerCase(java.util.Locale.ROOT)) {
                    case "host" -> hosts += HOST_FIELD.matcher(value).matches() ? 1 : 2;
                    case "content-length" -> {
                        boolean number = value.matches("0*[0-9]{1,18}");
                        lengths += number ? 1 : 2;
                        length = number ? Long.parseLong(value) : 0;
                    }
                    case "transfer-encoding" -> faults.add(UNKNOWN);
                    case "connection" -> {
                        List<String> options = List.of(
                                value.toLowerCase(java.util.Locale.ROOT).strip().split("[ \t]*,[ \t]*"));
                        close |= options.contains("close");
                        keepAlive |= options.contains("keep-alive");
                    }
                    default -> {}
                }
            }
        }
        if (hosts > 1 || lengths > 1 || whole && hosts == 0 && !old) {
            faults.add(BAD);
        }
        if (!faults.isEmpty()) {
            String refusal = "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            return new Head(faults, refusal.formatted(faults.iterator().next()), true, 0);
        }
        boolean last = close || old && !keepAlive;
        String response = last ? Contract.RESPONSE.replace("keep-alive", "close") : Contract.RESPONSE;
        return new Head(faults, method.equals("HEAD") ? response.replace("hello\n", "") : response, last, length);
    }
}
