package tcp.simulation.story;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import tcp.simulation.Network;
import tcp.simulation.SimulationClassLoader;

/** Makes servers on a simulated network: one after the other, and for another network anew. */
public interface ServerFactory {
    /** A server that listens on one port of the network. */
    interface Server extends AutoCloseable {
        /** Serves until it is closed. */
        void run() throws Throwable;

        @Override
        void close() throws Exception;
    }

    /** Makes the next one; called on the thread that calls run(). */
    Server open(Network network) throws Throwable;

    /**
     * A server with a constructor that takes the port, {@code run()} and {@code close()}.
     *
     * @param name of its class
     * @param classFiles gives the class file of a class of the server by its name; null: it is none of the server's
     */
    static ServerFactory of(String name, Function<String, byte[]> classFiles) {
        return loadedBy(name, network -> new SimulationClassLoader(network, classFiles));
    }

    /** The same, with the class as the class path has it. */
    static ServerFactory of(Class<?> server) {
        return loadedBy(server.getName(), network -> new SimulationClassLoader(network, server));
    }

    private static ServerFactory loadedBy(String name, Function<Network, SimulationClassLoader> loaders) {
        return new ServerFactory() {
            private SimulationClassLoader loader;
            private Constructor<?> constructor;
            private Method run;

            @Override
            public Server open(Network network) throws Throwable {
                if (loader == null || loader.network() != network) {
                    loader = loaders.apply(network);
                    Class<?> type = loader.loadClass(name);
                    constructor = type.getConstructor(int.class);
                    run = type.getMethod("run");
                }
                loader.forgetPrinted();
                AutoCloseable server = (AutoCloseable) unwrapped(() -> constructor.newInstance(0));
                return new Server() {
                    @Override
                    public void run() throws Throwable {
                        unwrapped(() -> run.invoke(server));
                    }

                    @Override
                    public void close() throws Exception {
                        server.close();
                    }
                };
            }
        };
    }

    private static Object unwrapped(Reflective call) throws Throwable {
        try {
            return call.call();
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** A call by reflection. */
    interface Reflective {
        /** Calls. */
        Object call() throws ReflectiveOperationException;
    }

    /**
     * Compiles a server of class {@code tcp.Server}.
     *
     * @throws IllegalArgumentException it does not compile, or is not there
     */
    static ServerFactory compile(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null || !Files.isRegularFile(source)) {
            throw new IllegalArgumentException(
                    compiler == null ? "This needs a JDK, and not only a JRE." : "There is no file " + source + ".");
        }
        StringWriter messages = new StringWriter();
        Path target = Files.createTempDirectory("server");
        Map<String, byte[]> classFiles = new HashMap<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> compiled = Files.list(target)) {
            List<String> options = List.of("-d", target.toString(), "-encoding", "UTF-8", "-proc:none");
            if (!compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
                    .call()) {
                throw new IllegalArgumentException("It does not compile:\n" + messages);
            }
        }
        try (Stream<Path> compiled = Files.walk(target)) {
            for (Path file :
                    compiled.sorted(java.util.Comparator.reverseOrder()).toList()) {
                if (Files.isRegularFile(file)) {
                    String name = target.relativize(file).toString().replaceAll("[/\\\\]", ".");
                    classFiles.put(name.replaceFirst("\\.class$", ""), Files.readAllBytes(file));
                }
                Files.delete(file);
            }
        }
        return of("tcp.Server", classFiles::get);
    }
}
