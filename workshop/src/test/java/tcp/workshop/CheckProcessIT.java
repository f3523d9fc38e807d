package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tcp.testkit.Thorough;
import tcp.testkit.server.InProcessServer;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.source.Steps;
import tcp.testkit.system.Programs;

/** Whatever a server does to the process that checks it, there is a verdict. */
@Thorough
class CheckProcessIT {
    private static final Path PROJECT = Steps.project();

    @TempDir
    Path folder;

    /** Checks step 2's server with a statement put into one of its methods. */
    private Checks.Said check(String method, String statement) throws IOException {
        String source = Files.readString(Steps.DISCARD.file())
                .replaceFirst("(?m)^(    (?:public|private).* %s\\(.*\\{)$".formatted(method), "$1\n" + statement);
        assertThat(source).contains(statement);
        return check(source);
    }

    private Checks.Said check(String source) throws IOException {
        try (Checks checks = new Checks(PROJECT, folder, 1)) {
            return checks.check(Exercise.named("step2", PROJECT), source, "server")
                    .join();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            accept | System.exit(0);                          | in accept()
            accept | Runtime.getRuntime().halt(0);            | in accept()
            accept | new Thread(() -> System.exit(0)).start(); | in lambda
            accept | new Thread(() -> Runtime.getRuntime().halt(0)).start(); | ended, with exit status 0
            Server | if (true) { while (true) {} }            | in <init>()
            port   | if (true) { while (true) {} }            | in port()
            accept | for (var all = new java.util.ArrayList<long[]>(); all != null;) { all.add(new long[1 << 20]); } | in accept()
            run    | for (var all = new java.util.ArrayList<long[]>(); all != null;) { try { all.add(new long[1 << 13]); } catch (OutOfMemoryError e) {} } | in run()
            accept | while (!closed) {}                       | in accept()
            accept | if (true) { throw new Error("mine"); }   | mine
            accept | Thread t = new Thread(() -> { throw new Error("mine"); }); t.start(); | mine
            """)
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // s: it comes at all; 1 to 8 when idle
    void saysWhatHappened(String method, String statement, String said) throws IOException {
        Checks.Said verdict = check(method, statement);
        assertThat(verdict.outcome().status()).as("%s", verdict).isEqualTo(1);
        assertThat(verdict.text()).contains("BROKEN", said, "Likely");
        assertThat(ProcessHandle.allProcesses().flatMap(process -> process.info().commandLine().stream()))
                .as("what is left")
                .noneMatch(command -> command.contains(folder.toString()));
    }

    @Test
    void saysWhatIsNotPrinted() throws IOException {
        String right = Files.readString(Steps.DISCARD.file());
        String line = "\"Got connection from \"";
        assertThat(right).contains(line);
        assertThat(check(right.replace(line, "\"New: \"")).text()).contains("It should have printed");
    }

    /** The workshop's program in a process of its own, with options for Java. */
    private List<String> command(List<String> options, String... arguments) {
        return command(folder, options, arguments);
    }

    /** The same, with the learner's files in that folder. */
    static List<String> command(Path folder, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Programs.JAVA.toString()));
        command.addAll(options);
        command.addAll(List.of(
                "-Dworkshop.mine=" + folder,
                "-Dworkshop.project=" + PROJECT,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void writeServer(String source) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("tcp")).resolve("Server.java"), source);
    }

    /** Somebody stops the check: that is no verdict, and nothing stays behind. */
    @Test
    void leavesNothingBehindWhenItIsStopped() throws Exception {
        writeServer(Files.readString(Steps.DISCARD.file()));
        try (ServerProcess check = ServerProcess.command(command(List.of(), "check", "step2"))) {
            while (check.isAlive() && !check.out().contains("  holds    ends each connection at once")) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            var started =
                    ProcessHandle.of(check.pid()).orElseThrow().descendants().toList();
            assertThat(started).isNotEmpty();
            check.terminate();
            check.awaitExit();
            for (ProcessHandle process : started) {
                process.onExit().get(10, TimeUnit.SECONDS);
            }
            assertThat(String.join("\n", check.out())).doesNotContain("BROKEN", "System.exit");
            assertThat(folder.resolve("progress.properties")).doesNotExist();
        }
    }

    /**
     * Options for every Java, other digits and letters, neither programs nor a home: the verdict is the same, and
     * so is what is noted.
     */
    @ParameterizedTest
    @ValueSource(strings = {"tr-TR", "fa-IR-u-nu-arabext", "ar-EG-u-nu-arab"})
    void theMachinesSettingsDoNotMatter(String locale) throws Exception {
        writeServer(Files.readString(Steps.INIT.file()));
        Locale other = Locale.forLanguageTag(locale);
        ProcessBuilder builder = new ProcessBuilder(command(
                List.of(
                        "-Duser.language=" + other.getLanguage(),
                        "-Duser.country=" + other.getCountry(),
                        "-Duser.extensions=" + locale.replaceAll("^.*-u-|^[^u]*$", ""),
                        "-Duser.home=?"),
                "check",
                "step2"));
        ServerProcess.JAVA_OPTIONS.forEach(name -> builder.environment().put(name, "-Dfoo=bar"));
        builder.environment().remove("PATH");
        builder.environment().remove("HOME");
        builder.environment().put("LC_ALL", "C"); // not UTF-8
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor()).as(said).isEqualTo(1);
        assertThat(said)
                .contains("  BROKEN   ends each connection at once\n", "nothing for 3 s", "  Likely     ")
                .doesNotContain("\ufffd");
        assertThat(Files.readString(folder.resolve("progress.properties")))
                .contains("step2.checks=1", "step2.result=0 requirements are met");
    }

    /** Several commands at once: none forgets what another has noted. */
    @Test
    void commandsAtOnceLoseNothing() throws Exception {
        writeServer("package tcp;\nclass I {}\n");
        List<ServerProcess> checks = IntStream.range(0, 4)
                .mapToObj(i -> ServerProcess.command(command(List.of(), "check", "step" + (1 + i % 2))))
                .toList();
        for (ServerProcess check : checks) {
            try (check) {
                assertThat(check.awaitExit()).as("%s", check).isEqualTo(1);
            }
        }
        assertThat(Files.readString(folder.resolve("progress.properties")))
                .contains("step1.checks=2", "step2.checks=2");
    }

    /** What stands in the way is said in one line, and what to do about it. */
    @Test
    void aBadFolderForTemporaryFilesIsNamed() throws Exception {
        writeServer(Files.readString(Steps.INIT.file()));
        Path bad = folder.resolve("none");
        try (ServerProcess check =
                ServerProcess.command(command(List.of("-Djava.io.tmpdir=" + bad), "check", "step1"))) {
            assertThat(check.awaitExit()).as("%s", check).isEqualTo(2);
            assertThat(check.err().get(check.err().size() - 1)) // before it, Java may say something as well
                    .startsWith("Cannot write to the folder for temporary files, " + bad + ": give another one with");
        }
    }

    @Test
    void thatThereIsNoLoopbackIsSaid() throws Exception {
        writeServer(Files.readString(Steps.INIT.file()));
        List<String> alone = List.of("unshare", "--user", "--map-root-user", "--net");
        try (ServerProcess check = ServerProcess.command(isolated(alone, command(List.of(), "check", "step1")))) {
            assertThat(check.awaitExit()).as("%s", check).isEqualTo(2);
            assertThat(check.err())
                    .singleElement()
                    .asString()
                    .startsWith("Nothing can be tried, for nobody can connect to");
        }
    }

    /** This command, for what comes before it, and that skips the test where it is not allowed. */
    private static List<String> isolated(List<String> namespace, List<String> command) {
        Programs.assume("unshare");
        try (ServerProcess allowed = ServerProcess.command(
                Stream.concat(namespace.stream(), Stream.of("true")).toList())) {
            assumeTrue(allowed.awaitExit() == 0, "needs a namespace of its own");
        }
        return Stream.concat(namespace.stream(), command.stream()).toList();
    }

    /** Nothing can be written where the learner's files are: the verdict comes, and the rest is one line. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            check step1 | 1 | Your progress is not noted:
            hint        | 0 | Your progress is not noted:
            progress    | 0 | offload
            start step1 | 2 | Cannot write
            """)
    void livesWithAFolderThatIsReadOnly(String arguments, int status, String lastLine) throws Exception {
        writeServer("package tcp;\nclass I {}\n");
        Files.writeString(folder.resolve("progress.properties"), "current=step1\n");
        String mount = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"";
        List<String> readOnly =
                List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, folder.toString());
        try (ServerProcess process =
                ServerProcess.command(isolated(readOnly, command(List.of(), arguments.split(" "))))) {
            assertThat(process.awaitExit()).as("%s", process).isEqualTo(status);
            List<String> lines = status == 2 ? process.err() : process.out();
            assertThat(lines.get(lines.size() - 1)).as("%s", process).startsWith(lastLine);
            assertThat(process.err()).as("%s", process).hasSize(status == 2 ? 1 : 0);
        }
    }

    /** A server that listens on ::1 only is found by the name localhost, and the line to paste finds it as well. */
    @Test
    void aNameStandsForAllItsAddresses() throws Exception {
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 localhost\n::1 localhost\n");
        List<String> options = List.of("-Djdk.net.hosts.file=" + hosts);
        try (ServerSocket listener = new ServerSocket()) {
            try {
                listener.bind(new InetSocketAddress("::1", 0));
            } catch (IOException e) {
                assumeTrue(false, "this machine has no IPv6");
            }
            Thread hangsUp = new Thread(() -> {
                try {
                    while (true) {
                        listener.accept().close();
                    }
                } catch (IOException e) { // closed
                }
            });
            hangsUp.start();
            String target = "localhost:" + listener.getLocalPort();
            try (ServerProcess check =
                    ServerProcess.command(command(options, "check", "--target", target, "--step", "3"))) {
                assertThat(check.awaitExit()).as("%s", check).isEqualTo(1);
                assertThat(String.join("\n", check.out()))
                        .contains("BROKEN   keeps the connection and answers nothing");
            }
            try (ServerProcess send = ServerProcess.command(command(options, "send", "--to", target))) {
                assertThat(send.awaitExit()).as("%s", send).isZero();
                assertThat(send.out()).containsExactly("(end of stream after 0 bytes)");
            }
        }
    }

    /** The command that sends the same bytes goes to the server that was checked. */
    @Test
    void theCommandToPasteNamesTheTarget() throws Exception {
        Submission silent = Submission.compile(Steps.READ.file(), "Server.java");
        InProcessServer server = InProcessServer.start(silent.loader());
        String target = "127.0.0.1:" + server.address().getPort();
        try (server;
                ServerProcess check = ServerProcess.command(command(List.of(), "check", "step5", "--target", target))) {
            assertThat(check.awaitExit()).as("%s", check).isEqualTo(1);
            assertThat(String.join("\n", check.out()))
                    .contains(Report.RUN + " send --to " + target + " \"GET / HTTP/1.1");
        }
        try (ServerProcess hint = ServerProcess.command(command(List.of(), "hint"))) {
            assertThat(hint.awaitExit()).isZero();
            assertThat(hint.out().get(0)).as("the hint after that check").endsWith(" for step5:");
        }
    }
}
