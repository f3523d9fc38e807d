package tcp.testkit;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * What the operating system says about this process. Where it cannot be asked, the test
 * is skipped, and the reason is shown.
 */
public final class Machine {
    private Machine() {}

    /** Bytes of this process's heap that are in use after a garbage collection. */
    public static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Descriptors (open files and sockets) that this process has now. */
    public static long openDescriptors() {
        return unix().getOpenFileDescriptorCount();
    }

    /** Skips the test if this process may not have so many descriptors more. */
    public static void assumeDescriptors(int more) {
        long max = unix().getMaxFileDescriptorCount();
        Assumptions.assumeTrue(
                max - openDescriptors() > more,
                () -> "needs " + more
                        + " more descriptors, and this process may have " + max
                        + " in all: raise it"
                        + " with `ulimit -n " + (more + 1000) + "`");
    }

    private static UnixOperatingSystemMXBean unix() {
        var os = ManagementFactory.getOperatingSystemMXBean();
        Assumptions.assumeTrue(os instanceof UnixOperatingSystemMXBean, "counting descriptors needs Linux or macOS");
        return (UnixOperatingSystemMXBean) os;
    }

    /** Skips the test if no such program is on the PATH. */
    public static void assumeProgram(String name) {
        boolean found = Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        Assumptions.assumeTrue(found, "needs the program " + name);
    }
}
