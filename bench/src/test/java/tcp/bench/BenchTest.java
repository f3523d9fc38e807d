package tcp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tcp.testkit.Thorough;
import tcp.testkit.system.UserError;

/**
 * Servers that don't do what they should are left out, with the reason, and never counted
 * in silence. The bad servers are real processes: this class, with a name of a fault.
 */
class BenchTest {
    private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";
    private static final Map<String, String> ANSWERS = Map.of(
            "good",
            GOOD,
            "status",
            GOOD.replace("200 OK", "500 Oops"),
            "body",
            GOOD.replace("hello", "help!"),
            "length",
            "HTTP/1.1 200 OK\r\n\r\nhello\n",
            "one",
            GOOD,
            "dies",
            GOOD);
    private static final Plan TINY = new Plan(1, 1, List.of(new Plan.Cell(4, 1)), List.of(), 100, 1, List.of(2), 1, 0);

    @TempDir
    private Path work;

    /**
     * A server with a fault: "one" answers a burst just once, "dies" ends after some
     * 100 requests on a connection, "ends" ends at once.
     */
    public static void main(String[] arguments) throws Exception {
        String fault = arguments[0];
        if (fault.equals("ends")) {
            System.err.println("Cannot find my keys");
            System.exit(3);
        }
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        System.out.println("Listening on port " + listener.getLocalPort());
        while (true) {
            Socket client = listener.accept();
            new Thread(() -> serve(client, fault)).start();
        }
    }

    private static void serve(Socket client, String fault) {
        byte[] answer = ANSWERS.get(fault).getBytes();
        byte[] input = new byte[8192];
        try (client;
                OutputStream out = client.getOutputStream()) {
            String rest = "";
            int served = 0;
            for (int n; (n = client.getInputStream().read(input)) != -1; ) {
                rest += new String(input, 0, n);
                int answers = 0;
                for (int end; (end = rest.indexOf("\r\n\r\n")) != -1; ) {
                    rest = rest.substring(end + 4);
                    answers++;
                }
                for (int i = 0; i < (fault.equals("one") ? 1 : answers); i++) {
                    out.write(answer);
                }
                served += answers;
                if (fault.equals("dies") && served > 100) {
                    System.out.println("I have had enough");
                    System.exit(4);
                }
            }
        } catch (IOException theClientHasLeft) {
        }
    }

    private static Peer peer(String fault) {
        return new Peer(
                fault,
                "a server of the test",
                (folder, options, port) -> Peers.java(
                        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")),
                        BenchTest.class.getName(),
                        fault));
    }

    private Bench bench(PrintStream out, Peer... peers) {
        return new Bench(TINY, EnumSet.of(Bench.Part.LOAD), Arrays.asList(peers), work, work.resolve("results"), out);
    }

    @Thorough
    @Test
    void whoAnswersWronglyOrDoesNotStartIsLeftOut() throws Exception {
        needsWrk();
        Peer missing = new Peer("missing", "", (folder, options, port) -> {
            throw new UserError("not installed");
        });
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Bench bench = bench(
                new PrintStream(out, true),
                peer("status"),
                peer("body"),
                peer("length"),
                peer("one"),
                peer("ends"),
                missing,
                peer("dies"),
                peer("good"));
        bench.run();
        assertThat(bench.leftOut()).containsOnlyKeys("status", "body", "length", "one", "ends", "missing", "dies");
        assertThat(bench.leftOut().get("status")).contains("500 Oops");
        assertThat(bench.leftOut().get("body")).contains("help!\\n");
        assertThat(bench.leftOut().get("length")).contains("Content-Length");
        assertThat(bench.leftOut().get("one")).contains("1 answers to 16 pipelined requests");
        assertThat(bench.leftOut().get("ends")).isEqualTo("it ended with status 3: Cannot find my keys");
        assertThat(bench.leftOut().get("missing")).isEqualTo("not installed");
        assertThat(bench.leftOut().get("dies")).contains("ended with status 4");
        bench.leftOut().forEach((name, why) -> assertThat(out.toString())
                .as("what is shown while it runs")
                .contains("left out: " + name));
        List<Map<String, String>> rows = Sheet.read(work.resolve("results").resolve("load.csv"));
        assertThat(rows).extracting(row -> row.get("peer")).containsOnly("good");
        assertThat(Double.parseDouble(rows.get(0).get("per_s"))).isPositive();
        List<String> meta = Files.readAllLines(work.resolve("results").resolve("meta.csv"));
        assertThat(meta).anyMatch(line -> line.startsWith("left out ends,"));
        assertNothingIsLeft();
    }

    @Test
    void withNobodyLeftItSaysSo() {
        assertThatThrownBy(() -> bench(new PrintStream(OutputStream.nullOutputStream()), peer("ends"))
                        .run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("No server is left");
        assertNothingIsLeft();
    }

    private static void assertNothingIsLeft() {
        List<String> alive = new ArrayList<>();
        ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(process -> process.info().commandLine().orElse("?"))
                .filter(line -> line.contains("BenchTest"))
                .forEach(alive::add);
        assertThat(alive).as("servers that still run").isEmpty();
    }

    /** With a PATH on which there is nothing. */
    @Test
    void aMissingWrkGivesOneLine() throws Exception {
        List<String> command = Peers.java(
                List.of("-Dbench.root=" + Machine.ROOT),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", work.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        List<String> lines =
                new String(process.getInputStream().readAllBytes()).lines().toList();
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("wrk is not installed. Debian, Ubuntu: apt install wrk");
    }

    @Test
    void anUnknownPeerGivesOneLine() {
        assertThatThrownBy(() -> Peers.named(List.of("step5", "apache")))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("There is no peer apache. There are: c-epoll");
    }

    /** Skips the test, visibly, where there is no wrk. In CI on Linux it fails. */
    private static void needsWrk() {
        boolean must = "true".equals(System.getenv("CI"))
                && System.getProperty("os.name").equals("Linux");
        if (must) {
            assertThat(Load.hasWrk())
                    .as("wrk is on the PATH; in CI nothing is skipped")
                    .isTrue();
        }
        Assumptions.assumeTrue(Load.hasWrk(), "needs the program wrk");
    }
}
