package tcp.testkit.server;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import tcp.testkit.client.UnexpectedResponse;
import tcp.testkit.system.Machine;

/**
 * Gives a test the server that it asks for, by the type of a parameter:
 *
 * <ul>
 *   <li>{@link InetSocketAddress}: where a server listens. Where it takes long to start one,
 *       the tests of a class share it.
 *   <li>{@link RunningServer}: a server of its own, which it may close.
 *   <li>{@link InProcessServer}: the same, to look inside. Such tests have the tag "inside".
 *   <li>{@link ServerProgram}: the server as a program, which the test starts itself.
 * </ul>
 *
 * <p>The configuration parameter {@code server} says where the server comes from: {@code
 * in-process} (this is the default: the class tcp.Server of the context class loader), {@code
 * process}, {@code container}, {@code simulated}, or {@code HOST:PORT}. After each test, a
 * server whose loop has ended is a failure, and so is one that does not end when it is closed.
 */
public final class ServerExtension
        implements BeforeEachCallback, ParameterResolver, TestExecutionExceptionHandler, AfterEachCallback {
    /** A server in a store; JUnit closes it when the store's test or class is over. */
    private record Stored(RunningServer server) implements AutoCloseable {
        @Override
        public void close() {
            server.close();
        }
    }

    /** Starts the server, here and not in resolveParameter(): JUnit would wrap what is thrown. */
    @Override
    public void beforeEach(ExtensionContext context) {
        for (Class<?> type : context.getRequiredTestMethod().getParameterTypes()) {
            if (isServer(type)) {
                RunningServer server = server(type, context);
                Machine.assume(
                        type == InetSocketAddress.class || type.isInstance(server),
                        () -> "needs a server of another kind: " + type.getSimpleName());
            }
        }
    }

    private static boolean isServer(Class<?> type) {
        return type == InetSocketAddress.class || RunningServer.class.isAssignableFrom(type);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return isServer(type) || type == ServerProgram.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == ServerProgram.class
                ? program(context)
                : type == InetSocketAddress.class ? server(type, context).address() : server(type, context);
    }

    private static RunningServer server(Class<?> type, ExtensionContext context) {
        String where = where(context);
        boolean isSlow = where.equals("process") || where.equals("container");
        boolean shares = type == ContainerServer.class || type == InetSocketAddress.class && isSlow;
        return shares ? shared(context, where) : stored(context, where).server;
    }

    private static String where(ExtensionContext context) {
        return context.getConfigurationParameter("server").orElse("in-process");
    }

    private static RunningServer shared(ExtensionContext context, String where) {
        ExtensionContext ofClass = ofClass(context);
        Stored stored = stored(ofClass, where);
        if (stored.server.fault().isPresent()) { // a test before has told of it
            store(ofClass).remove(where);
            stored = stored(ofClass, where);
        }
        return stored.server;
    }

    private static Stored stored(ExtensionContext context, String where) {
        return store(context).computeIfAbsent(where, key -> new Stored(start(context, where)), Stored.class);
    }

    private static Store store(ExtensionContext context) {
        // A store asks those around it too. The name keeps a test's own server apart.
        return context.getStore(Namespace.create(ServerExtension.class, context.getUniqueId()));
    }

    private static ExtensionContext ofClass(ExtensionContext context) {
        ExtensionContext outer = context;
        while (outer.getTestMethod().isPresent()) {
            outer = outer.getParent().orElseThrow();
        }
        return outer;
    }

    /** The one of this test. */
    private static ServerProgram program(ExtensionContext context) {
        return store(context)
                .computeIfAbsent(ServerProgram.class, key -> ServerProgram.of(context), ServerProgram.class);
    }

    private static RunningServer start(ExtensionContext context, String where) {
        if (where.equals("container")) { // the root's store is closed after the last test of all
            AutoCloseable images = ProgramContainer::removeImages;
            store(context.getRoot()).computeIfAbsent("images", key -> images, AutoCloseable.class);
        }
        ServerProgram program = ServerProgram.of(context);
        return switch (where) {
            case "in-process" -> InProcessServer.start(Thread.currentThread().getContextClassLoader());
            case "simulated" -> SimulatedServer.start(Thread.currentThread().getContextClassLoader());
            case "process" -> program.start();
            case "container" -> ContainerServer.start(program.jar());
            default -> new RemoteServer(where);
        };
    }

    /** Says what is wrong with the server, if it can be told, before what a client saw of it. */
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        Optional<ServerFault> fault = server(context).flatMap(RunningServer::fault);
        if (fault.isEmpty()) {
            fault = program(context).started().stream()
                    .flatMap(process -> process.fault().stream())
                    .findFirst();
        }
        if (fault.isEmpty() && thrown instanceof UnexpectedResponse) {
            fault = server(context).flatMap(RunningServer::look);
        }
        if (fault.isEmpty() || thrown instanceof ServerFault) {
            throw thrown;
        }
        ServerFault found = fault.get();
        found.addSuppressed(thrown);
        throw found;
    }

    /** The server of a test, if it has asked for one. */
    private static Optional<RunningServer> server(ExtensionContext context) {
        String where = where(context);
        return Optional.ofNullable(store(context).get(where, Stored.class))
                .or(() -> Optional.ofNullable(store(ofClass(context)).get(where, Stored.class)))
                .map(Stored::server);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        boolean failed = context.getExecutionException().isPresent();
        Optional<ServerFault> fault = server(context).flatMap(RunningServer::fault);
        Stored own = store(context).remove(where(context), Stored.class);
        if (own != null && failed && own.server instanceof InProcessServer server) {
            server.abandon();
        } else if (own != null) {
            own.close();
            if (!failed && (own.server instanceof InProcessServer || own.server instanceof SimulatedServer)) {
                own.server.awaitEnd();
            }
        }
        if (fault.isPresent() && !failed) {
            throw fault.get();
        }
    }
}
