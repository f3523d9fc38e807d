package tcp.simulation.story;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import tcp.simulation.Network;
import tcp.simulation.SimulationClassLoader;

/** Makes servers that listen on one port of a simulated network: one after the other, or on another network. */
public interface ServerFactory {
    /** What is explored. */
    interface Server extends AutoCloseable {
        /** Serves until it is closed. */
        void run() throws Throwable;

        /** Called from another thread, or after run(). */
        @Override
        void close() throws Exception;

        /** What a JVM would start on SIGTERM. */
        default List<Thread> shutdownHooks() {
            return List.of();
        }
    }

    /** Makes the next server, on the thread that will call run(). */
    Server open(Network network) throws Throwable;

    /** The next one as a program: run() is its main method, and close() what happens on SIGTERM. */
    default Server program(Network network) throws Throwable {
        throw new UnsupportedOperationException();
    }

    /**
     * Loads a server with a constructor that takes the port, {@code run()} and {@code close()}.
     *
     * @param name of its class
     * @param classFiles gives the class file of a class of the server by its name; null: it is none of the server's
     */
    static ServerFactory of(String name, Function<String, byte[]> classFiles) {
        return new ServerFactory() {
            private SimulationClassLoader loader;
            private Class<?> server;
            private Constructor<?> constructor;
            private Method run;

            private void load(Network network) throws ReflectiveOperationException {
                if (loader == null || loader.network() != network) { // static fields are new, too
                    loader = new SimulationClassLoader(network, classFiles);
                    server = loader.loadClass(name);
                    constructor = server.getConstructor(int.class);
                    run = server.getMethod("run");
                }
                loader.forgetPrinted();
                loader.shutdownHooks().clear();
            }

            @Override
            public Server open(Network network) throws Throwable {
                load(network);
                AutoCloseable made = (AutoCloseable) call(() -> constructor.newInstance(0));
                return new Server() {
                    @Override
                    public void run() throws Throwable {
                        call(() -> run.invoke(made));
                    }

                    @Override
                    public void close() throws Exception {
                        made.close();
                    }
                };
            }

            @Override
            public Server program(Network network) throws Throwable {
                load(network);
                Method main = server.getMethod("main", String[].class);
                List<Thread> hooks = loader.shutdownHooks();
                return new Server() {
                    @Override
                    public void run() throws Throwable {
                        call(() -> main.invoke(null, (Object) new String[] {"0"}));
                    }

                    @Override
                    public List<Thread> shutdownHooks() {
                        return hooks;
                    }

                    @Override
                    public void close() throws InterruptedException {
                        hooks.forEach(Thread::start);
                        for (Thread hook : hooks) {
                            hook.join();
                        }
                    }
                };
            }

            private static Object call(Callable<Object> method) throws Throwable {
                try {
                    return method.call();
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            }
        };
    }

    /**
     * Compiles a class {@code tcp.Server}, and loads it in that way.
     *
     * @throws IllegalArgumentException it does not compile, or is not there
     */
    static ServerFactory compile(Path source) throws IOException {
        return of("tcp.Server", classFiles(source)::get);
    }

    /** The class files that a source compiles to, by the names of the classes. */
    static Map<String, byte[]> classFiles(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null || !Files.isRegularFile(source)) {
            throw new IllegalArgumentException(
                    compiler == null ? "This needs a JDK, and not only a JRE." : "There is no file " + source + ".");
        }
        Path target = Files.createTempDirectory("server");
        Map<String, byte[]> classFiles = new HashMap<>();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            StringWriter messages = new StringWriter();
            List<String> options = List.of("-d", target.toString(), "-encoding", "UTF-8", "-proc:none");
            if (!compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
                    .call()) {
                throw new IllegalArgumentException("It does not compile:\n" + messages);
            }
        } finally {
            try (Stream<Path> compiled = Files.walk(target)) {
                for (Path file : compiled.sorted(Comparator.reverseOrder()).toList()) {
                    if (Files.isRegularFile(file)) {
                        String name = target.relativize(file).toString().replaceAll("[/\\\\]", ".");
                        classFiles.put(name.replaceFirst("\\.class$", ""), Files.readAllBytes(file));
                    }
                    Files.delete(file);
                }
            }
        }
        return classFiles;
    }
}
