package tcp.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tcp.testkit.system.UserError;

/**
 * Hostile clients, and what a server makes of each: the promises of the steps, asked of
 * any server that answers "hello\n" to GET /. Each trial gets a server of its own that
 * nobody has used yet.
 */
final class Hostile {
    /** One of them. */
    enum Trial {
        HALF_CLOSE(
                "half-close", "A client sends its request and ends its direction. The answer must come, then the end."),
        RESETS("resets", "300 clients reset their connections: at once, within a head, before and within the answer."),
        DESCRIPTORS(
                "descriptors",
                "The server may have 256 descriptors, and 300 clients come. A client that was there goes on asking."),
        NEVER_READS("never reads", "A client sends 40 MB of requests and takes no answer."),
        PIPELINED("1,000 pipelined", "1,000 requests at once. As many answers must come, each the same to the byte."),
        HUGE_HEAD("20 MB head", "A head of 20 MB, in lines of 1,000 bytes."),
        BYTE_BY_BYTE("byte by byte", "A request, a byte at a time."),
        IDLE("5,000 idle", "5,000 connections that were served once and stay. Another client goes on asking."),
        FLOOD("connect and leave", "3,000 clients connect and leave. Another one goes on asking."),
        SIGTERM(
                "SIGTERM",
                "The process is told to end while four clients ask. It must end in 5 s, and cut no answer in two."),
        SILENT(
                "silent clients",
                "Three clients are silent: one from the start, one within a head, one after an answer. No CPU time may go by.");

        private final String title;
        private final String text;

        Trial(String title, String text) {
            this.title = title;
            this.text = text;
        }

        /** Its column on the scoreboard. */
        String title() {
            return title;
        }

        /** What the clients do, and what must come of it. */
        String text() {
            return text;
        }

        /** Whether it looks at the server's process, so that an address is not enough. */
        boolean needsProcess() {
            return this == DESCRIPTORS || this == SIGTERM || this == SILENT;
        }
    }

    /**
     * What came of a trial.
     *
     * @param seen a sentence with what was seen
     */
    record Verdict(Mark mark, String seen) {}

    /** The most descriptors that the server may have in DESCRIPTORS. */
    static final int FEW_DESCRIPTORS = 256;

    private static final int PATIENCE = 3000; // ms
    private static final double SLOW = 1000; // ms: a live client that waits longer was harmed
    private static final long MEMORY = 16 << 20; // bytes that one client may take
    private static final long MUCH = 40 << 20;
    private static final long WARM = 2 << 20;
    private static final int HEAD = 20 << 20;
    private static final int CROWD = 5000;
    private static final int FLOOD = 3000;

    private final InetSocketAddress address;
    private final Running server; // null: only an address is known
    private final boolean jvm;

    Hostile(InetSocketAddress address, Running server, boolean jvm) {
        this.address = address;
        this.server = server;
        this.jvm = jvm;
    }

    /** Sends this client in. A server that ends, or does not answer at all, fails. */
    Verdict send(Trial trial) throws Exception {
        if (server == null && trial.needsProcess()) {
            return new Verdict(Mark.UNTRIED, "the server's process would be needed");
        }
        Verdict verdict;
        try {
            ask(); // it is there, and has loaded what an answer needs
            verdict = tryIt(trial);
        } catch (UserError | IOException e) {
            verdict = fails(e.getMessage());
        }
        String ended = server == null || trial == Trial.SIGTERM ? null : server.ended();
        return ended == null ? verdict : fails(ended);
    }

    private Verdict tryIt(Trial trial) throws Exception {
        return switch (trial) {
            case HALF_CLOSE -> halfClose();
            case RESETS -> resets();
            case DESCRIPTORS -> descriptors();
            case NEVER_READS -> neverReads();
            case PIPELINED -> pipelined();
            case HUGE_HEAD -> hugeHead();
            case BYTE_BY_BYTE -> byteByByte();
            case IDLE -> idle();
            case FLOOD -> flood();
            case SIGTERM -> sigterm();
            case SILENT -> silent();
        };
    }

    // ------------------------------------------------------------------------ the trials

    private Verdict halfClose() throws IOException {
        try (Socket client = connect()) {
            client.getOutputStream().write(Check.REQUEST);
            client.shutdownOutput();
            InputStream in = client.getInputStream();
            try {
                Check.response(in);
            } catch (IOException | UserError e) {
                return fails("no answer: " + e.getMessage());
            }
            try {
                return in.read() == -1
                        ? holds("the answer, then the end of the stream")
                        : fails("more than one answer");
            } catch (SocketTimeoutException e) {
                return fails("the answer came, but the connection is still open after " + PATIENCE / 1000 + " s");
            }
        }
    }

    private Verdict resets() throws Exception {
        long before = open();
        byte[] half = Arrays.copyOf(Check.REQUEST, 10);
        byte[] many = repeat(Check.REQUEST, 16);
        for (int i = 0; i < 300; i++) {
            try (Socket client = connect()) {
                client.setSoLinger(true, 0); // close() resets
                switch (i % 5) {
                    case 0 -> {} // at once
                    case 1 -> client.getOutputStream().write(half);
                    case 2 -> client.getOutputStream().write(Check.REQUEST);
                    case 3 -> {
                        client.getOutputStream().write(Check.REQUEST);
                        client.getInputStream().read(); // one byte of the answer
                    }
                    default -> client.getOutputStream().write(many);
                }
            } catch (IOException theServerWasFaster) {
            }
        }
        double wait = ask();
        return wait > SLOW
                ? fails("a new client waited for " + ms(wait))
                : left(before, "a new client was answered after " + ms(wait));
    }

    private Verdict descriptors() throws Exception {
        List<Socket> crowd = new ArrayList<>();
        int answered = 0;
        double worst = 0;
        try (Live live = new Live()) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            for (int i = 0; i < 300 && System.nanoTime() < end; i++) {
                Socket client;
                try {
                    client = connect();
                } catch (ConnectException e) {
                    return fails(answered + " of " + crowd.size() + " answered, then it listened no more");
                }
                crowd.add(client);
                client.setSoTimeout(200);
                try {
                    client.getOutputStream().write(Check.REQUEST);
                    Check.response(client.getInputStream());
                    answered++;
                } catch (IOException notServed) {
                }
                if (i % 10 == 0) {
                    worst = Math.max(worst, live.ask());
                }
            }
            Running.Cpu before = server.cpu();
            Thread.sleep(1000); // what is measured: what it does while nothing can be done
            double cpu = server.cpu().since(before) / 1e6;
            worst = Math.max(worst, live.ask());
            close(crowd);
            double back = askUntilAnswered();
            String seen = answered + " of " + crowd.size() + " answered; the live client waited " + ms(worst)
                    + " at most; " + Math.round(cpu) + " ms of CPU time in the second after; ";
            return Double.isNaN(back)
                    ? fails(seen + "no answer for 40 s after all had gone")
                    : worst > SLOW || cpu > 300
                            ? fails(seen + "answered again after " + ms(back))
                            : holds(seen + "answered again " + ms(back) + " after all had gone");
        } finally {
            close(crowd);
        }
    }

    private Verdict neverReads() throws Exception {
        try (SocketChannel warm = channel()) { // the same work, for a client that reads: what memory that takes
            send(warm, repeat(Check.REQUEST, 1000), WARM, true);
        }
        Memory before = memory();
        try (SocketChannel client = channel()) {
            Sent sent = send(client, repeat(Check.REQUEST, 1000), MUCH, false);
            double grown = grown(before);
            String seen = (sent.how == How.CLOSED ? "it closed the connection after " : "it took ")
                    + mb(sent.bytes)
                    + grownBy(grown);
            double wait;
            try {
                wait = ask();
            } catch (IOException | UserError e) {
                return fails(seen + "; another client meanwhile: " + e.getMessage());
            }
            seen += "; another client waited " + ms(wait);
            return wait > SLOW || grown > MEMORY || (server == null && sent.how == How.ALL)
                    ? fails(seen)
                    : new Verdict(sent.how == How.CLOSED ? Mark.REFUSES : Mark.HOLDS, seen);
        }
    }

    private Verdict pipelined() throws Exception {
        try (SocketChannel client = channel()) {
            Sent sent = send(client, repeat(Check.REQUEST, 1000), 1000L * Check.REQUEST.length, true);
            List<Integer> sizes = new ArrayList<>();
            InputStream in = new ByteArrayInputStream(sent.received);
            String why = "";
            try {
                while (in.available() > 0) {
                    sizes.add(Check.response(in));
                }
            } catch (IOException | UserError e) {
                why = ", then: " + e.getMessage();
            }
            String seen = String.format(Locale.ROOT, "%,d answers%s", sizes.size(), why);
            // The last may say that it is the last.
            boolean same =
                    sizes.stream().limit(sent.ended ? 999 : 1000).distinct().count() <= 1;
            return sizes.size() == 1000 && same && why.isEmpty()
                    ? holds("1,000 answers of " + sizes.get(0) + " bytes")
                    : sizes.size() < 1000 && !sizes.isEmpty() && why.isEmpty() && sent.ended
                            ? new Verdict(Mark.REFUSES, seen + ", then it closed the connection")
                            : fails(seen);
        }
    }

    private Verdict hugeHead() throws Exception {
        Memory before = memory();
        byte[] line = ("X-Fill: " + "x".repeat(990) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (SocketChannel client = channel()) {
            send(client, "GET / HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.US_ASCII), 1, true);
            Sent sent = send(client, line, HEAD, true);
            double grown = grown(before);
            String said = new String(sent.received, StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .map(first -> "it answered \"" + first + "\"")
                    .orElse("it closed the connection");
            String seen = sent.how == How.ALL ? "it read all " + mb(sent.bytes) : said + " after " + mb(sent.bytes);
            boolean answered = false;
            if (sent.how == How.ALL && sent.received.length == 0) {
                client.configureBlocking(true);
                client.socket().setSoTimeout(PATIENCE);
                client.socket().getOutputStream().write("\r\n".getBytes(StandardCharsets.US_ASCII));
                try {
                    Check.response(client.socket().getInputStream());
                    answered = true;
                } catch (IOException | UserError e) {
                    seen += ", then: " + e.getMessage();
                }
            } else if (sent.how == How.ALL) {
                seen = said + ", and read all " + mb(sent.bytes);
            } else if (sent.how == How.STUCK) {
                seen = "it read " + mb(sent.bytes) + " and then no more, and did not close the connection";
            }
            double wait = ask();
            seen += grownBy(grown) + "; another client waited " + ms(wait);
            return wait > SLOW || grown > MEMORY
                    ? fails(seen)
                    : answered ? holds(seen) : sent.how == How.STUCK ? fails(seen) : new Verdict(Mark.REFUSES, seen);
        }
    }

    private Verdict byteByByte() throws Exception {
        try (Socket client = connect()) {
            for (byte b : Check.REQUEST) {
                client.getOutputStream().write(b);
                Thread.sleep(1); // so that the bytes come one by one
            }
            Check.response(client.getInputStream());
            return holds("the answer");
        }
    }

    private Verdict idle() throws Exception {
        if (Machine.descriptors() < CROWD + 500) {
            return new Verdict(Mark.UNTRIED, "a process may have only " + Machine.descriptors() + " descriptors here");
        }
        List<Socket> crowd = new ArrayList<>();
        String stopped = "";
        try (Live live = new Live()) {
            while (crowd.size() < CROWD && stopped.isEmpty()) {
                try {
                    Socket client = connect();
                    crowd.add(client);
                    client.getOutputStream().write(Check.REQUEST);
                    Check.response(client.getInputStream());
                } catch (IOException e) {
                    stopped = ", then: " + e.getMessage();
                }
            }
            int served = crowd.size() - (stopped.isEmpty() ? 0 : 1);
            double[] waits = new double[200];
            for (int i = 0; i < waits.length; i++) {
                waits[i] = live.ask();
            }
            Arrays.sort(waits);
            int gone = 0;
            int asked = 0;
            for (int i = 0; i < served; i += 25, asked++) {
                try {
                    crowd.get(i).getOutputStream().write(Check.REQUEST);
                    Check.response(crowd.get(i).getInputStream());
                } catch (IOException closed) {
                    gone++;
                }
            }
            String seen = String.format(
                    Locale.ROOT,
                    "%,d served%s; the live client waited %s, %s at most; of %d asked again, %d were closed",
                    served,
                    stopped,
                    ms(waits[100]),
                    ms(waits[199]),
                    asked,
                    gone);
            return waits[199] > SLOW
                    ? fails(seen)
                    : new Verdict(gone > 0 || !stopped.isEmpty() ? Mark.REFUSES : Mark.HOLDS, seen);
        } finally {
            close(crowd);
        }
    }

    private Verdict flood() throws Exception {
        long before = open();
        AtomicInteger left = new AtomicInteger();
        Thread flood = new Thread(() -> {
            for (int i = 0; i < FLOOD; i++) {
                try (Socket client = connect()) {
                    left.incrementAndGet();
                } catch (IOException notConnected) {
                }
            }
        });
        double worst = 0;
        int asked = 0;
        try (Live live = new Live()) {
            flood.start();
            while (flood.isAlive()) {
                worst = Math.max(worst, live.ask());
                asked++;
            }
        } finally {
            flood.join();
        }
        double wait = ask();
        String seen = String.format(
                Locale.ROOT,
                "%,d came and left; the live client asked %,d times and waited %s at most; a new one %s",
                left.get(),
                asked,
                ms(worst),
                ms(wait));
        return worst > SLOW || wait > SLOW ? fails(seen) : left(before, seen);
    }

    private Verdict sigterm() throws Exception {
        AtomicInteger cut = new AtomicInteger();
        AtomicInteger unanswered = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread client = new Thread(() -> askOn(answered, unanswered, cut));
            clients.add(client);
            client.start();
        }
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (answered.get() < 400 && System.nanoTime() < patience) {
            Thread.onSpinWait();
        }
        long start = System.nanoTime();
        boolean ended = server.endPatiently(5);
        double took = (System.nanoTime() - start) / 1e6;
        if (!ended) {
            server.close();
        }
        for (Thread client : clients) {
            client.join();
        }
        String seen = (ended ? "it ended after " + ms(took) : "it still ran after 5 s") + "; of the four clients, "
                + unanswered.get() + " had sent a request that was not answered";
        return ended && cut.get() == 0 ? holds(seen) : fails(seen + ", and " + cut.get() + " got half an answer");
    }

    /** Asks until the connection ends, and says how it ended: between two answers, before one or within one. */
    private void askOn(AtomicInteger answered, AtomicInteger unanswered, AtomicInteger cut) {
        try (Socket client = connect()) {
            InputStream in = client.getInputStream();
            while (true) {
                client.getOutputStream().write(Check.REQUEST);
                int first;
                try {
                    first = in.read();
                } catch (IOException reset) {
                    first = -1;
                }
                if (first == -1) {
                    unanswered.incrementAndGet();
                    return;
                }
                try {
                    Check.response(new SequenceInputStream(new ByteArrayInputStream(new byte[] {(byte) first}), in));
                    answered.incrementAndGet();
                } catch (IOException e) {
                    cut.incrementAndGet();
                    return;
                }
            }
        } catch (IOException betweenTwo) {
        }
    }

    private Verdict silent() throws Exception {
        try (Socket fromTheStart = connect();
                Socket withinHead = connect();
                Socket afterAnswer = connect()) {
            withinHead.getOutputStream().write(Check.REQUEST, 0, 10);
            afterAnswer.getOutputStream().write(Check.REQUEST);
            try {
                Check.response(afterAnswer.getInputStream());
            } catch (SocketTimeoutException e) {
                return fails(
                        "while one client had sent half a head, another got no answer in " + PATIENCE / 1000 + " s");
            }
            Thread.sleep(1000); // a JVM that has just started still compiles
            Running.Cpu before = server.cpu();
            Thread.sleep(2000); // what is measured: nobody asks for anything
            double each = server.cpu().since(before) / 2e6;
            String seen = String.format(Locale.ROOT, "%.1f ms of CPU time a second", each);
            return each > 20 ? fails(seen) : holds(seen);
        }
    }

    // ----------------------------------------------------------------------- the clients

    /**
     * A client that behaves well and goes on asking. Like a browser it connects again if the
     * server has closed the connection between two answers, which a server may.
     */
    private final class Live implements AutoCloseable {
        private Socket socket = connect();
        private InputStream in = new BufferedInputStream(socket.getInputStream());

        Live() throws IOException {
            ask();
        }

        /** Milliseconds until the whole answer is there. */
        double ask() throws IOException {
            long start = System.nanoTime();
            try {
                if (!begins()) {
                    socket.close();
                    socket = connect();
                    in = new BufferedInputStream(socket.getInputStream());
                    begins();
                }
                Check.response(in);
            } catch (IOException e) {
                throw new IOException("the live client: " + e.getMessage(), e);
            }
            return (System.nanoTime() - start) / 1e6;
        }

        /** Sends a request; false if the connection has ended before the first byte of an answer. */
        private boolean begins() throws IOException {
            try {
                socket.getOutputStream().write(Check.REQUEST);
                in.mark(1);
                boolean begins = in.read() != -1;
                if (begins) {
                    in.reset();
                }
                return begins;
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException reset) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** A new client asks once: milliseconds until the answer is there. */
    private double ask() throws IOException {
        long start = System.nanoTime();
        try (Socket client = connect()) {
            client.getOutputStream().write(Check.REQUEST);
            Check.response(client.getInputStream());
        } catch (IOException e) {
            throw new IOException("a new client: " + e.getMessage(), e);
        }
        return (System.nanoTime() - start) / 1e6;
    }

    /** Milliseconds until a new client is answered; NaN: none was within 40 seconds. */
    private double askUntilAnswered() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(40)) {
            try (Socket client = connect()) {
                client.setSoTimeout(500);
                client.getOutputStream().write(Check.REQUEST);
                Check.response(client.getInputStream());
                return (System.nanoTime() - start) / 1e6;
            } catch (IOException notYet) {
            }
        }
        return Double.NaN;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(PATIENCE);
        socket.setTcpNoDelay(true);
        socket.connect(address, PATIENCE);
        return socket;
    }

    private SocketChannel channel() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.connect(address);
        channel.configureBlocking(false);
        return channel;
    }

    private enum How {
        /** All of it was sent. */
        ALL,
        /** The server took nothing more for 2 seconds. */
        STUCK,
        /** The server closed or reset the connection. */
        CLOSED
    }

    /** What became of bytes that were sent: how many the server took, what it sent, whether its stream has ended. */
    private record Sent(How how, long bytes, byte[] received, boolean ended) {}

    /**
     * Sends the unit again and again until so many bytes are sent. If it reads, it takes
     * what comes, and once all is sent, goes on until nothing has come for half a second.
     */
    private static Sent send(SocketChannel client, byte[] unit, long most, boolean reads) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(unit);
        ByteBuffer in = ByteBuffer.allocate(64 * 1024);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        long sent = 0;
        boolean ended = false;
        try (Selector selector = Selector.open()) {
            SelectionKey key = client.register(selector, 0);
            while (true) {
                boolean all = sent >= most;
                key.interestOps((all ? 0 : SelectionKey.OP_WRITE) | (reads && !ended ? SelectionKey.OP_READ : 0));
                if (all && (!reads || ended)) {
                    return new Sent(How.ALL, sent, received.toByteArray(), ended);
                }
                if (selector.select(all ? 500 : 2000) == 0) {
                    return new Sent(all ? How.ALL : How.STUCK, sent, received.toByteArray(), ended);
                }
                selector.selectedKeys().clear();
                if (key.isReadable()) {
                    int n = client.read(in.clear());
                    ended = n == -1;
                    received.write(in.array(), 0, Math.max(0, n));
                }
                if (!all && key.isWritable()) {
                    sent += client.write(out);
                    if (!out.hasRemaining()) {
                        out.clear();
                    }
                }
            }
        } catch (IOException reset) {
            return new Sent(How.CLOSED, sent, received.toByteArray(), true);
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static byte[] repeat(byte[] bytes, int times) {
        return new String(bytes, StandardCharsets.US_ASCII).repeat(times).getBytes(StandardCharsets.US_ASCII);
    }

    // ---------------------------------------------------------------- what the server has

    /** Descriptors of the server's processes; -1: not known here. */
    private long open() throws IOException {
        return server == null ? -1 : server.descriptors();
    }

    /** Waits up to 5 seconds until no more descriptors are open than before, give or take three of its own. */
    private Verdict left(long before, String seen) throws Exception {
        long now = open();
        for (int i = 0; i < 50 && now > before + 3; i++) {
            Thread.sleep(100); // between two looks
            now = open();
        }
        return before == -1
                ? holds(seen)
                : now > before + 3
                        ? fails(seen + "; " + (now - before) + " descriptors were not given back in 5 s")
                        : holds(seen + "; all descriptors were given back");
    }

    private Memory memory() throws Exception {
        return server == null ? null : Memory.of(jvm, server);
    }

    /** Bytes by which its memory has grown; 0 if that is not known here. */
    private double grown(Memory before) throws Exception {
        return before == null ? 0 : memory().eachSince(before, 1);
    }

    private String grownBy(double bytes) {
        return server == null
                ? ""
                : bytes < 1 << 20 ? ", and its memory did not grow" : ", and its memory grew by " + mb((long) bytes);
    }

    private static Verdict holds(String seen) {
        return new Verdict(Mark.HOLDS, seen);
    }

    private static Verdict fails(String seen) {
        return new Verdict(Mark.FAILS, seen);
    }

    private static String ms(double ms) {
        return String.format(Locale.ROOT, ms < 10 ? "%.1f ms" : "%,.0f ms", ms);
    }

    private static String mb(long bytes) {
        return bytes < 1 << 20 ? Math.max(1, bytes >> 10) + " KB" : (bytes >> 20) + " MB";
    }
}
