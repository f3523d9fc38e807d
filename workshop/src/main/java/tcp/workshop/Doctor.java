package tcp.workshop;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Looks whether this machine has what the workshop needs. */
final class Doctor {
    private final PrintStream out;
    private boolean fine = true;

    private Doctor(PrintStream out) {
        this.out = out;
    }

    /** Prints a line for each thing; returns 0 if all that is needed is there, else 1. */
    static int run(Path project, PrintStream out) {
        Doctor doctor = new Doctor(out);
        doctor.java();
        doctor.libraries();
        doctor.folder(project.resolve("workshop"));
        doctor.loopback();
        doctor.port();
        doctor.descriptors();
        doctor.program("curl", "you can use the workshop's own `send` instead");
        doctor.program("nc", "you can use the workshop's own `send` instead");
        doctor.program("strace", "you cannot watch the system calls; Linux only");
        out.println(doctor.fine ? "\nAll that is needed is here." : "\nMend what says MISSING, and ask again.");
        return doctor.fine ? 0 : 1;
    }

    private void java() {
        int feature = Runtime.version().feature();
        String jdk = "JDK " + Runtime.version() + " in " + System.getProperty("java.home");
        need(
                feature >= 17 && ToolProvider.getSystemJavaCompiler() != null,
                jdk,
                "needs a JDK (not a JRE), 17 or newer: nothing can be compiled");
    }

    private void libraries() {
        String missing = Stream.of(
                        "org.junit.platform.launcher.Launcher",
                        "org.junit.jupiter.engine.JupiterTestEngine",
                        "org.assertj.core.api.Assertions",
                        "org.awaitility.Awaitility",
                        "tcp.testkit.Client")
                .filter(name -> !isThere(name))
                .reduce("", (a, b) -> a + " " + b);
        boolean promises = Exercise.ALL.stream()
                .flatMap(e -> e.promises().stream())
                .allMatch(name -> getClass().getResource("/" + name.replace('.', '/') + ".class") != null);
        need(
                missing.isEmpty() && promises,
                "the libraries and the promises, for work" + " without a network",
                "build once more with a network, as the README says: no verdict" + missing);
    }

    private static boolean isThere(String name) {
        try {
            Class.forName(name, false, Doctor.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private void folder(Path workshop) {
        need(
                Files.isWritable(workshop),
                "a place for your server: " + workshop.resolve("mine"),
                "cannot be written: exercises cannot be started");
    }

    private void loopback() {
        String problem = "";
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                Socket client = new Socket()) {
            client.connect(listener.getLocalSocketAddress(), 2_000);
        } catch (IOException e) {
            problem = e.getMessage();
        }
        need(problem.isEmpty(), "connections to 127.0.0.1", "a firewall, or no loopback (" + problem + "): no verdict");
    }

    private void port() {
        String problem = "";
        try (ServerSocket listener = new ServerSocket(8080)) {
            problem = "";
        } catch (IOException e) {
            problem = e.getMessage();
        }
        like(
                problem.isEmpty(),
                "port 8080 is free",
                "something has it: start your server with another port, for example 9000");
    }

    private void descriptors() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            long max = unix.getMaxFileDescriptorCount();
            need(
                    max >= 1_000,
                    "descriptors (open files and sockets): " + max,
                    "too few: `ulimit -n 4096` in this terminal raises them");
        } else {
            like(
                    false,
                    "counting descriptors",
                    "this system does not tell: some promises are skipped here, and said" + " to be");
        }
    }

    private void program(String name, String cost) {
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder ->
                        Stream.of(name, name + ".exe").anyMatch(file -> Files.isExecutable(Path.of(folder, file))));
        like(found, name, "not on the PATH: " + cost);
    }

    private void need(boolean there, String what, String cost) {
        fine &= there;
        out.println((there ? "ok       " : "MISSING  ") + what + (there ? "" : ": " + cost));
    }

    private void like(boolean there, String what, String cost) {
        out.println((there ? "ok       " : "without  ") + what + (there ? "" : ": " + cost));
    }
}
