package tcp.workshop;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The learner's Server.java, compiled; and a class loader in which the promises meet it.
 *
 * <p>The tests name the class tcp.Server. So this loader defines all classes of the package
 * tcp and of the exercises' packages itself: the server from the learner's classes, and the tests from the
 * class path. All else (JUnit, the testkit in tcp.testkit) comes from its parent, so that
 * both sides have the same.
 */
final class LearnersServer extends ClassLoader {
    static final String INCOMPLETE = "It compiles, but something is missing: ";

    private final Path classes;

    private LearnersServer(Path classes) {
        super(LearnersServer.class.getClassLoader());
        this.classes = classes;
    }

    /** The source does not compile, or is not the class that the promises need. */
    static final class NotAServer extends Exception {
        private static final long serialVersionUID = 1;

        NotAServer(String message) {
            super(message);
        }
    }

    /**
     * Compiles a source file.
     *
     * @param classes an empty folder for the classes
     * @throws NotAServer what the compiler says, or what the class lacks
     */
    static LearnersServer compile(Path source, Path classes) throws NotAServer {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new Trouble("This Java has no compiler: install a JDK, not a JRE.");
        }
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean fine = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of(
                                    "-d",
                                    classes.toString(),
                                    "-g",
                                    "--release",
                                    "17",
                                    "-proc:none",
                                    "-Xlint:none",
                                    "-classpath",
                                    classes.toString()),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            if (!fine) {
                throw new NotAServer(said.toString().strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LearnersServer loader = new LearnersServer(classes);
        loader.checkShape();
        return loader;
    }

    private void checkShape() throws NotAServer {
        String missing = null;
        try {
            Class<?> server = Class.forName("tcp.Server", false, this);
            server.getConstructor(int.class);
            if (server.getMethod("port").getReturnType() != int.class) {
                missing = "int port()";
            } else if (!AutoCloseable.class.isAssignableFrom(server)) {
                missing = "implements AutoCloseable";
            } else if (!Modifier.isPublic(server.getModifiers())) {
                missing = "public class Server";
            }
            server.getMethod("run");
            server.getMethod("close");
        } catch (ClassNotFoundException e) {
            missing = "package tcp; and public class Server";
        } catch (NoSuchMethodException e) {
            missing = e.getMessage();
        }
        if (missing != null) {
            throw new NotAServer(INCOMPLETE + missing
                    + "\nThe check makes a server with new Server(port), asks its port(),"
                    + " calls run() in a thread of its own, and close() from another. All"
                    + " four must be public, and Server must implement AutoCloseable.");
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        // a package of one word: that of the servers, or an exercise's
        if (name.startsWith("java") || !name.matches("[a-z]+\\.[^.]*")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        try {
            byte[] bytes = bytes(name);
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private byte[] bytes(String name) throws ClassNotFoundException, IOException {
        String file = name.replace('.', '/') + ".class";
        if (name.equals("tcp.Server") || name.startsWith("tcp.Server$")) {
            return read(classes.resolve(file), name);
        }
        if (Files.exists(classes.resolve(file))) { // another class of the learner's
            return read(classes.resolve(file), name);
        }
        try (var in = getParent().getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        }
    }

    private static byte[] read(Path file, String name) throws ClassNotFoundException, IOException {
        if (!Files.exists(file)) {
            throw new ClassNotFoundException(name);
        }
        return Files.readAllBytes(file);
    }

    /** Deletes a folder and all that is in it. */
    static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // It is in the folder for temporary files; the system cleans up there.
        }
    }
}
