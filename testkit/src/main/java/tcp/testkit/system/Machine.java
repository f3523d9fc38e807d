package tcp.testkit.system;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * What the operating system and the JVM say about this process. Where they cannot be asked,
 * the test is skipped, and the reason is shown.
 */
public final class Machine {
    private Machine() {}

    /** Bytes of this process's heap that are in use after garbage collections, until they free nothing more. */
    public static long heapInUse() {
        return heapInUse(0);
    }

    /** The same, or until fewer than so many are in use. */
    public static long heapInUse(long enough) {
        long before;
        long used = Long.MAX_VALUE;
        do {
            before = used;
            System.gc();
            used = heapAfterCollection();
        } while (used >= enough && used < before - 20_000);
        return used;
    }

    /** Bytes of this process's heap that were in use after the last garbage collection. */
    public static long heapAfterCollection() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getCollectionUsage) // not of now: each thread may have got much room since
                .filter(Objects::nonNull)
                .mapToLong(MemoryUsage::getUsed)
                .sum();
    }

    /** Bytes of memory outside the heap that this process's direct and mapped buffers take. */
    public static long bytesInDirectBuffers() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** Descriptors (open files and sockets) that this process has now. */
    public static long openDescriptors() {
        return unix().getOpenFileDescriptorCount();
    }

    /** Skips the test if this process may not have so many descriptors more. */
    public static void assumeDescriptors(int more) {
        long max = unix().getMaxFileDescriptorCount();
        assume(
                max - openDescriptors() > more,
                () -> "needs %d more descriptors, and this process may have %d in all: raise it with `ulimit -n %d`"
                        .formatted(more, max, more + 1000));
    }

    private static UnixOperatingSystemMXBean unix() {
        var os = ManagementFactory.getOperatingSystemMXBean();
        assume(os instanceof UnixOperatingSystemMXBean, () -> "counting descriptors needs Linux or macOS");
        return (UnixOperatingSystemMXBean) os;
    }

    /** Skips the test, and says why, unless this holds. */
    public static void assume(boolean holds, Supplier<String> reason) {
        if (!holds) { // JUnit's assumeTrue() would put words of its own before the reason
            Assumptions.abort(reason);
        }
    }

    /** Whether this is Linux. */
    public static boolean isLinux() {
        return System.getProperty("os.name").equals("Linux");
    }

    /** Skips the test but on Linux. */
    public static void assumeLinux(String what) {
        assume(isLinux(), () -> what + " needs Linux");
    }

    /** How often the threads of this process that have these names gave the CPU away to wait. */
    public static long voluntarySwitches(Set<String> threads) {
        assumeLinux("counting context switches");
        Set<List<String>> kept = threads.stream()
                .map(name -> List.of(name.substring(0, Math.min(15, name.length())))) // as Linux keeps it
                .collect(Collectors.toSet());
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> kept.contains(read(task.resolve("comm"))))
                    .flatMap(task -> read(task.resolve("status")).stream())
                    .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // the thread has ended meanwhile
        }
    }
}
