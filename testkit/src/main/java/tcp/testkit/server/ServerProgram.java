package tcp.testkit.server;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The server as a program, to be started in ways of a test's own choice. A test that asks
 * for it gets it from {@link ServerExtension}.
 *
 * @param classes the folder of its classes
 * @param source its source file
 * @param jar its jar
 */
public record ServerProgram(Path classes, Path source, Path jar) {
    static ServerProgram of(ExtensionContext context) {
        return new ServerProgram(
                path(context, "server.classes", "target/classes"),
                path(context, "server.source", "src/main/java/tcp/Server.java"),
                path(context, "server.jar", "target/server.jar"));
    }

    private static Path path(ExtensionContext context, String name, String otherwise) {
        return Path.of(context.getConfigurationParameter(name).orElse(otherwise));
    }

    /** Starts it on a free port, with options for the JVM. */
    public ServerProcess start(String... options) {
        return ServerProcess.java(with(options, "0"));
    }

    /** Starts it on a free port with a limit to its descriptors. Skips the test on Windows. */
    public ServerProcess startWithDescriptors(int limit, String... options) {
        return ServerProcess.javaWithDescriptors(limit, with(options, "0"));
    }

    /** Runs it with these arguments, whatever they are. */
    public ServerProcess run(String... arguments) {
        return ServerProcess.java(with(new String[0], arguments));
    }

    /** The arguments of java that start it. */
    public String[] with(String[] options, String... arguments) {
        return Stream.of(
                        Arrays.stream(options),
                        Stream.of("-cp", classes.toString(), "tcp.Server"),
                        Arrays.stream(arguments))
                .flatMap(s -> s)
                .toArray(String[]::new);
    }
}
