package tcp.workshop;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import tcp.testkit.system.Programs;

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
        doctor.folders(project.resolve("workshop"));
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
        require(
                feature >= 17 && ToolProvider.getSystemJavaCompiler() != null,
                jdk,
                "needs a JDK (not a JRE), 17 or newer: nothing can be compiled");
    }

    private void libraries() {
        String missing = Stream.of(
                        "org.junit.platform.launcher.Launcher",
                        "org.junit.jupiter.engine.JupiterTestEngine",
                        "org.assertj.core.api.Assertions",
                        "tcp.testkit.client.Client")
                .filter(name -> !isThere(name))
                .collect(Collectors.joining(", "));
        require(
                missing.isEmpty(),
                "the libraries, for work without a network",
                "%s: no verdict. Build once more with a network, as the README says".formatted(missing));
    }

    private static boolean isThere(String name) {
        try {
            Class.forName(name, false, Doctor.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private void folders(Path workshop) {
        require(
                Files.isWritable(workshop),
                "a place for your server: " + workshop.resolve("mine"),
                "cannot be written, so no exercise can be started");
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        require(
                Files.isDirectory(temporary) && Files.isWritable(temporary),
                "a folder for temporary files: " + temporary,
                "cannot be written: give another one with java -Djava.io.tmpdir=FOLDER");
    }

    private void loopback() {
        String problem = loopbackProblem();
        require(
                problem.isEmpty(),
                "connections to 127.0.0.1",
                "a firewall, or no loopback (" + problem + "): no verdict");
    }

    /** Why a client cannot connect to a server on this machine, or "". */
    static String loopbackProblem() {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                Socket client = new Socket()) {
            client.connect(listener.getLocalSocketAddress(), 2_000);
            return "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void port() {
        String problem = "";
        try (ServerSocket listener = new ServerSocket(8080)) {
            problem = "";
        } catch (IOException e) {
            problem = e.getMessage();
        }
        recommend(
                problem.isEmpty(),
                "port 8080",
                "another program has it. Start your server with another port, for example 9000");
    }

    private void descriptors() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            long max = unix.getMaxFileDescriptorCount();
            require(
                    max >= 1_000,
                    "descriptors (open files and sockets): " + max,
                    "too few: `ulimit -n 4096` in this terminal raises them");
        } else {
            recommend(
                    false,
                    "counting descriptors",
                    "this system does not tell. Some requirements are skipped here, and the check says so");
        }
    }

    private void program(String name, String cost) {
        recommend(Programs.find(name).isPresent(), name, "not on the PATH: " + cost);
    }

    private void require(boolean there, String what, String cost) {
        fine &= there;
        out.println(there ? "ok       " + what : "MISSING  " + what + ": " + cost);
    }

    /** @param cost what it costs to do without */
    private void recommend(boolean there, String what, String cost) {
        out.println(there ? "ok       " + what : "without  " + what + ": " + cost);
    }
}
