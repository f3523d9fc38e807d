package tcp.testkit.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import tcp.testkit.system.Machine;
import tcp.testkit.system.Programs;

/**
 * The server as a program, to be started in ways of a test's own choice. A test that asks
 * for it gets it from {@link ServerExtension}.
 *
 * @param java the command that runs it
 * @param options more options for the JVM
 * @param classes the folder of its classes
 * @param main the class to start
 * @param source its source file
 * @param jar its jar
 * @param started what {@link #start} and {@link #startWithDescriptors} have started
 */
public record ServerProgram(
        Path java,
        List<String> options,
        Path classes,
        String main,
        Path source,
        Path jar,
        List<ServerProcess> started) {
    static ServerProgram of(ExtensionContext context) {
        return new ServerProgram(
                path(context, "server.java", Programs.JAVA.toString()),
                context.getConfigurationParameter("server.options")
                        .map(options -> List.of(options.split(" ")))
                        .orElse(List.of()),
                path(context, "server.classes", "target/classes"),
                context.getConfigurationParameter("server.main").orElse("tcp.Server"),
                path(context, "server.source", "src/main/java/tcp/Server.java"),
                path(context, "server.jar", "target/server.jar"),
                new ArrayList<>());
    }

    private static Path path(ExtensionContext context, String name, String otherwise) {
        return Path.of(context.getConfigurationParameter(name).orElse(otherwise));
    }

    /** Starts it on a free port, with options for the JVM. */
    public ServerProcess start(String... options) {
        return start(command(List.of(options), "0"));
    }

    private ServerProcess start(List<String> command) {
        ServerProcess process = ServerProcess.command(command);
        started.add(process);
        return process;
    }

    /** Starts it on a free port with a limit to its descriptors. Skips the test on Windows. */
    public ServerProcess startWithDescriptors(int limit, String... options) {
        Machine.assume(canLimitDescriptors(), () -> "limiting descriptors needs a Unix shell");
        return start(withDescriptors(limit, options));
    }

    private static boolean canLimitDescriptors() {
        return !System.getProperty("os.name").startsWith("Windows");
    }

    private List<String> withDescriptors(int limit, String... options) {
        // A JVM raises the limit as far as it may, unless it is told not to.
        var shell = List.of("sh", "-c", "ulimit -Sn " + limit + " && exec \"$@\"", "sh");
        return join(shell, command(join(List.of("-XX:-MaxFDLimit"), List.of(options)), "0"));
    }

    /**
     * Starts the processes that these tests will ask for, so that they start meanwhile.
     *
     * @param tests the classes of the tests; the contracts that they implement say what they need
     * @see ServerProcess#closeEarly
     */
    public List<ServerProcess> startEarly(Set<Class<?>> tests) {
        List<List<String>> commands = new ArrayList<>();
        if (tests.stream().anyMatch(CommandLineContract.class::isAssignableFrom)) {
            commands.add(fromSource());
            commands.add(command(List.of(), "0"));
        }
        if (tests.stream().anyMatch(DescriptorLimitContract.class::isAssignableFrom) && canLimitDescriptors()) {
            commands.add(withDescriptors(DescriptorLimitContract.DESCRIPTORS));
            commands.add(withDescriptors(DescriptorLimitContract.DESCRIPTORS));
        }
        return commands.stream().map(ServerProcess::startEarly).toList();
    }

    /** Runs it with these arguments, whatever they are. */
    public ServerProcess run(String... arguments) {
        return ServerProcess.command(command(List.of(), arguments));
    }

    /** The command that starts it, with options for the JVM and arguments of its own. */
    public List<String> command(List<String> options, String... arguments) {
        var server = List.of("-cp", classes.toString(), main);
        return join(jvm(), join(options, join(server, List.of(arguments))));
    }

    /** The command that starts it on a free port as the README says, with no build. */
    public List<String> fromSource() {
        return join(jvm(), List.of(source.toString(), "0"));
    }

    private List<String> jvm() {
        return join(List.of(java.toString()), options);
    }

    private static List<String> join(List<String> one, List<String> two) {
        return Stream.concat(one.stream(), two.stream()).toList();
    }
}
