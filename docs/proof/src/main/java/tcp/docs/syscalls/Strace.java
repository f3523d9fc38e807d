package tcp.docs.syscalls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tcp.docs.console.Shell;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.system.Folders;

/**
 * A step's server under strace. What it has recorded is what the loop's thread asked of
 * the kernel, from its listen() on, as far as it is about the listener, its clients and
 * standard output. Linux only.
 */
final class Strace implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CALLS = "listen,accept,accept4,epoll_ctl,epoll_wait,"
            + "epoll_pwait,read,readv,write,writev,shutdown,close,fcntl,setsockopt";
    private static final Pattern LINE = Pattern.compile("(\\d+) +(.*)");
    private static final Pattern CALL = Pattern.compile("(\\w+)\\((.*?)(?:\\) += (-?\\d+)(.*))?", Pattern.DOTALL);
    private static final Pattern EVENT = Pattern.compile("\\{events=(\\w+(?:\\|\\w+)*), data=\\{u32=(\\d+)");

    /**
     * One call. Descriptors are named: epoll, listener, client, stdout.
     *
     * @param name read, write, epoll_ctl, …; epoll_pwait is epoll_wait, accept4 accept
     * @param target the descriptor that it is about
     * @param shown  the call as a block shows it
     * @param result what it returned; null while it waits
     */
    record Call(String name, String target, String shown, Long result) {
        boolean is(String name, String target) {
            return this.name.equals(name) && this.target.equals(target);
        }
    }

    /**
     * What a client did while the loop waited.
     *
     * @param during which call the loop was in, counted from 0: an epoll_wait
     * @param what connects, sends …, closes
     */
    record ClientAction(int during, String what) {}

    /** Why strace does not work here; empty if it does. */
    private static final String REFUSED = refused();

    private final Path folder = Files.createTempDirectory("trace");
    private final Path file = folder.resolve("strace.txt");
    private final Shell shell;
    private final int port;
    private final List<ClientAction> actions = new ArrayList<>();

    private static String refused() {
        try {
            Process strace = new ProcessBuilder("strace", "--seccomp-bpf", "-f", "-o", "/dev/null", "true")
                    .redirectErrorStream(true)
                    .start();
            String says = new String(strace.getInputStream().readAllBytes());
            return strace.waitFor() == 0 ? "" : says.strip();
        } catch (IOException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Skips the test, visibly, where strace does not work. In CI on Linux it fails. */
    static void assume() {
        Shell.assume("strace");
        Shell.assume(
                REFUSED.isEmpty(),
                "needs strace, which says: " + REFUSED + " (in a container it needs --cap-add=SYS_PTRACE)");
    }

    /** Starts a server and waits until its loop does. */
    Strace(List<String> source) throws IOException, InterruptedException {
        SourceCompiler.compile(String.join("\n", source), List.of()).writeTo(folder);
        shell = Shell.start(
                folder,
                "exec strace --seccomp-bpf -f -s 40 -e signal=none -e trace=%s -o %s java -cp . tcp.Server 0"
                        .formatted(CALLS, file));
        port = shell.awaitPort();
        try {
            awaitIdle(1);
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    Socket connect() throws IOException {
        return connect(new Client());
    }

    /** A client that takes little at a time. */
    Socket connectSlow() throws IOException {
        Socket client = new Client();
        client.setReceiveBufferSize(4096);
        return connect(client);
    }

    private Socket connect(Socket client) throws IOException {
        did("connect");
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return accustom(client);
    }

    void send(Socket client, String text) throws IOException {
        did("send " + (text.length() < 12 ? '"' + text.replace("\n", "\\n") + '"' : text.length() + " bytes"));
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A client whose end is noted as well. */
    private final class Client extends Socket {
        @Override
        public void close() throws IOException {
            if (!isClosed()) {
                did(getSoLinger() == 0 ? "reset" : "close");
            }
            super.close();
        }
    }

    /** Notes what a client is about to do. The loop waits meanwhile. */
    private void did(String what) {
        actions.add(new ClientAction(calls().size() - 1, what));
    }

    /** What the clients did, in order. */
    List<ClientAction> actions() {
        return List.copyOf(actions);
    }

    private static Socket accustom(Socket socket) throws IOException {
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Waits until the loop waits, and has started to do so this many times. */
    void awaitIdle(int waits) throws InterruptedException, IOException {
        await(
                "waits in select() for the " + waits + ". time",
                calls -> calls.stream()
                                        .filter(c -> c.name().equals("epoll_wait"))
                                        .count()
                                >= waits
                        && isIdle(calls));
    }

    /** Waits until the loop waits, and such a call has been recorded so many times. */
    void awaitIdle(int times, String name, String target) throws InterruptedException, IOException {
        await(
                "has made the call " + name + "(" + target + ") " + times + " times",
                calls -> calls.stream().filter(c -> c.is(name, target)).count() >= times && isIdle(calls));
    }

    private void await(String what, Predicate<List<Call>> condition) throws InterruptedException, IOException {
        if (!shell.await(() -> !calls().isEmpty() && condition.test(calls()), PATIENCE)) {
            throw new AssertionError("The loop never " + what + ". Its calls:\n"
                    + String.join("\n", calls().stream().map(Call::shown).toList())
                    + "\nIt printed: " + shell.text());
        }
    }

    /** Whether the loop sleeps. (A line that is not written yet looks unfinished, too.) */
    private static boolean isIdle(List<Call> calls) {
        return last(calls).name().equals("epoll_wait") && last(calls).result() == null;
    }

    private static Call last(List<Call> calls) {
        return calls.get(calls.size() - 1);
    }

    /** The calls so far. */
    List<Call> calls() {
        try {
            return decode(Files.readString(file), port);
        } catch (IOException e) {
            return List.of(); // not there yet
        }
    }

    /** Makes calls of what strace wrote. */
    static List<Call> decode(String strace, int port) {
        List<Call> calls = new ArrayList<>();
        Map<String, String> names = new HashMap<>(Map.of("1", "stdout"));
        String loop = null;
        int clients = 0;
        for (String call : joined(strace)) {
            String thread = call.substring(0, call.indexOf(' '));
            call = call.substring(call.indexOf(' ') + 1);
            Matcher parts = CALL.matcher(call);
            if (!parts.matches()) {
                continue;
            }
            String name = parts.group(1).replace("epoll_pwait", "epoll_wait").replace("accept4", "accept");
            String arguments = parts.group(2);
            String result = parts.group(3);
            String first = arguments.split(",", 2)[0].strip();
            if (name.equals("listen")) {
                loop = thread;
                names.put(first, "listener");
            }
            if (!thread.equals(loop)) {
                continue;
            }
            if (name.startsWith("epoll_")) {
                names.putIfAbsent(first, "epoll");
            }
            String target = names.get(first);
            if (target == null) {
                continue; // a file of the virtual machine's
            }
            if (name.equals("accept") && result != null && !result.startsWith("-")) {
                clients++;
                names.put(result, clients == 1 ? "client" : "client " + clients);
            }
            String shown = show(name, target, arguments, names, port);
            if (shown == null) {
                continue;
            }
            String fd = name.equals("accept") ? names.getOrDefault(result, result) : result;
            String returned = result == null
                    ? " <unfinished ...>"
                    : result.equals("-1")
                            ? ") = -1" + error(parts.group(4))
                            : ")" + (target.equals("stdout") ? "" : " = " + fd);
            calls.add(new Call(name, target, shown + returned, result == null ? null : Long.valueOf(result)));
            if (name.equals("close")) {
                names.remove(first);
            }
        }
        return calls;
    }

    private static String error(String rest) {
        Matcher name = Pattern.compile("E[A-Z]+").matcher(rest);
        return name.find() ? " " + name.group() : "";
    }

    private static String show(String name, String target, String arguments, Map<String, String> names, int port) {
        arguments = arguments.replaceAll(", 0x[0-9a-f]+", ""); // where it was to go
        String[] parts = arguments.split(", ");
        return switch (name) {
            case "epoll_ctl" -> {
                Matcher event = EVENT.matcher(arguments);
                yield "epoll_ctl(epoll, " + parts[1] + ", "
                        + names.getOrDefault(parts[2], parts[2])
                        + (event.find() ? ", " + event.group(1) : "");
            }
            case "epoll_wait" -> {
                if (!arguments.contains("[")) {
                    yield "epoll_wait(epoll,"; // it waits still
                }
                List<String> ready = new ArrayList<>();
                Matcher event = EVENT.matcher(arguments);
                while (event.find()) {
                    ready.add(names.getOrDefault(event.group(2), event.group(2)) + ": " + event.group(1));
                }
                yield "epoll_wait(epoll, " + ready + ", " + parts[parts.length - 1];
            }
            case "accept" -> "accept(listener";
            case "fcntl" ->
                arguments.contains("F_SETFL") ? "fcntl(" + target + ", " + parts[1] + ", " + parts[2] : null;
            case "setsockopt" -> "setsockopt(" + target + ", " + parts[1] + ", " + parts[2] + ", " + parts[3];
            case "write" ->
                target.equals("stdout")
                        ? "write(stdout, "
                                + arguments
                                        .substring(arguments.indexOf('"'), arguments.lastIndexOf(','))
                                        .replace("port " + port, "port 8080")
                        : "write(" + target + arguments.substring(arguments.indexOf(','));
            default ->
                name + "(" + target + (arguments.contains(",") ? arguments.substring(arguments.indexOf(',')) : "");
        };
    }

    /** The lines of strace, with the two halves of an interrupted one put together. */
    private static List<String> joined(String strace) {
        List<String> calls = new ArrayList<>();
        Map<String, Integer> open = new HashMap<>();
        for (String text : strace.split("\n")) {
            Matcher line = LINE.matcher(text);
            if (!line.matches()) {
                continue;
            }
            String thread = line.group(1);
            String call = line.group(2);
            Matcher resumed = Pattern.compile("<\\.\\.\\. \\w+ resumed>(.*)").matcher(call);
            if (resumed.matches()) {
                Integer begun = open.remove(thread);
                if (begun != null) {
                    String rest = resumed.group(1);
                    calls.set(
                            begun,
                            calls.get(begun).stripTrailing() + (rest.matches("[,)].*") ? rest : " " + rest.strip()));
                }
            } else if (call.endsWith("<unfinished ...>")) {
                open.put(thread, calls.size());
                calls.add(thread + " " + call.substring(0, call.length() - "<unfinished ...>".length()));
            } else {
                calls.add(thread + " " + call);
            }
        }
        return calls;
    }

    @Override
    public void close() throws IOException {
        shell.close();
        Folders.delete(folder);
    }
}
