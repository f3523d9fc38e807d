package tcp.docs.syscalls;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    private final Path folder = Files.createTempDirectory("trace");
    private final Shell shell;
    private final int port;
    private final List<ClientAction> actions = new ArrayList<>();

    /** Starts a server and waits until its loop does. */
    Strace(List<String> source) throws IOException, InterruptedException {
        SourceCompiler.compile(String.join("\n", source), List.of()).writeTo(folder);
        shell = Shell.start(
                folder,
                "exec strace --seccomp-bpf -ff -s 40 -e signal=none -e trace=" + CALLS
                        + " -o strace java -cp . tcp.Server 0");
        port = shell.awaitPort();
        try {
            awaitIdle(1);
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    /** Connects a client; its receive buffer is the system's, or has so many bytes. */
    Socket connect(int receiveBuffer) throws IOException {
        Socket client = new Client();
        if (receiveBuffer > 0) {
            client.setReceiveBufferSize(receiveBuffer);
        }
        did("connect");
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        client.setSoTimeout((int) PATIENCE.toMillis());
        client.setTcpNoDelay(true);
        return client;
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

    /** Waits until the loop waits, and has started to do so this many times. */
    void awaitIdle(int waits) throws InterruptedException {
        awaitIdle("waits in select() for the " + waits + ". time", waits, call -> call.is("epoll_wait", "epoll"));
    }

    /** Waits until the loop waits, and such a call has been recorded so many times. */
    void awaitIdle(int times, String name, String target) throws InterruptedException {
        awaitIdle("has made the call %s(%s) %d times".formatted(name, target, times), times, c -> c.is(name, target));
    }

    private void awaitIdle(String what, int times, Predicate<Call> counted) throws InterruptedException {
        BooleanSupplier idle = () -> {
            List<Call> calls = calls();
            Call last = calls.isEmpty() ? null : calls.get(calls.size() - 1);
            return last != null
                    && last.is("epoll_wait", "epoll")
                    && last.result() == null
                    && calls.stream().filter(counted).count() >= times;
        };
        if (!shell.await(idle, PATIENCE)) {
            throw new AssertionError("The loop never %s. Its calls:\n%s\nIt printed: %s"
                    .formatted(
                            what, calls().stream().map(Call::shown).collect(Collectors.joining("\n")), shell.text()));
        }
    }

    /** The calls of the loop so far: of the thread that calls listen(). Each has a file. */
    List<Call> calls() {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("strace."))
                    .toList()) {
                String text = Files.readString(file);
                if (text.contains("listen(")) {
                    return decode(text.substring(text.indexOf("listen(")), port);
                }
            }
            return List.of(); // not there yet
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes calls of what strace wrote of one thread; the last line may have no end yet. */
    static List<Call> decode(String strace, int port) {
        List<Call> calls = new ArrayList<>();
        Map<String, String> names = new HashMap<>(Map.of("1", "stdout"));
        int clients = 0;
        for (String line : strace.split("\n")) {
            Matcher parts = CALL.matcher(line);
            if (!parts.matches()) {
                continue;
            }
            String name = parts.group(1).replace("epoll_pwait", "epoll_wait").replace("accept4", "accept");
            String arguments = parts.group(2);
            String result = parts.group(3);
            String first = arguments.split(",", 2)[0].strip();
            if (name.equals("listen")) {
                names.put(first, "listener");
            } else if (name.startsWith("epoll_")) {
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

    @Override
    public void close() throws IOException {
        shell.close();
        Folders.delete(folder);
    }
}
