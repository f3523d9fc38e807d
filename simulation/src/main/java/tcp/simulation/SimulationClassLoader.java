package tcp.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * Loads one server so that it lives on a simulated network, in an ordinary JVM and beside others. Its class files name
 * {@code Selector.open}, {@code System.nanoTime} or {@code System.exit}; where they do, {@link ServerSystem} is named
 * instead. Not a byte of the code between is changed. Each loader has a ServerSystem of its own, so each server has
 * its own network, clock, output, and exit.
 */
public final class SimulationClassLoader extends ClassLoader {
    private final Network network;
    private final Function<String, byte[]> classFiles;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<Thread> shutdownHooks = Collections.synchronizedList(new ArrayList<>());
    private volatile Integer exitStatus;

    /**
     * Loads a server that the class path has, with the classes nested in it.
     *
     * @param server it, as loaded in the ordinary way; that class itself is not used
     */
    public SimulationClassLoader(Network network, Class<?> server) {
        this(network, name -> {
            boolean own = name.equals(server.getName()) || name.startsWith(server.getName() + "$");
            return own ? resource(server.getClassLoader(), name) : null;
        });
    }

    /**
     * Loads a server from its class files.
     *
     * @param classFiles gives the class file of a class of the server, by a name such as {@code tcp.Server}; null: it
     *     is none of the server's, and loaded in the ordinary way
     */
    public SimulationClassLoader(Network network, Function<String, byte[]> classFiles) {
        super(SimulationClassLoader.class.getClassLoader());
        this.network = network;
        this.classFiles = classFiles;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            byte[] classFile = name.startsWith(ServerSystem.class.getName())
                    ? resource(getParent(), name)
                    : redirected(classFiles.apply(name));
            return classFile == null
                    ? super.loadClass(name, resolve)
                    : defineClass(name, classFile, 0, classFile.length);
        }
    }

    private byte[] redirected(byte[] classFile) {
        return classFile == null ? null : new ClassFile(classFile).redirected(network::notSimulated);
    }

    static byte[] resource(ClassLoader loader, String name) {
        try (InputStream in = loader.getResourceAsStream(name.replace('.', '/') + ".class")) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the server's main method in a thread of its own, as {@link Network#start} does. */
    public Thread start(String mainClass, String... args) throws ReflectiveOperationException {
        Method main = loadClass(mainClass).getMethod("main", String[].class);
        main.setAccessible(true); // its class need not be public
        return network.start(() -> {
            try {
                main.invoke(null, (Object) args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    /** The network that the server is on. */
    public Network network() {
        return network;
    }

    /** What the server has printed on System.out. */
    public String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** What the server has printed on System.err. */
    public String printedErrors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** Forgets what the server has printed. */
    public void forgetPrinted() {
        out.reset();
        err.reset();
    }

    /** What the server gave to System.exit() or Runtime.halt(); null: it has called neither. */
    public Integer exitStatus() {
        return exitStatus;
    }

    /** What the JVM would start on SIGTERM. A test starts them, which it may do once. */
    public List<Thread> shutdownHooks() {
        return shutdownHooks;
    }

    /** For {@link ServerSystem}, which is in another package at run time: System.out or System.err. */
    public PrintStream stream(boolean errors) {
        return new PrintStream(errors ? err : out, true, StandardCharsets.UTF_8);
    }

    /** For {@link ServerSystem}: ends the server's thread, not the JVM. */
    public void exit(int status) {
        exitStatus = status;
        throw new Exit(status);
    }

    /** Ends the thread that has called System.exit(). An Error, since servers catch Exceptions. */
    public static final class Exit extends Error {
        private static final long serialVersionUID = 1L;

        Exit(int status) {
            super("System.exit(" + status + ")", null, false, true);
        }
    }
}
