import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at the server on a port, 100 times in a second: how often one of its Java threads
 * is running, and how many network sockets it has open. Linux only. Argument: the port.
 */
class Look {
    public static void main(String[] args) throws Exception {
        Path process = server(args.length == 0 ? 8080 : Integer.parseInt(args[0]));
        if (process == null) {
            System.err.println("No server of yours listens on that port.");
            System.exit(1);
        }
        int running = 0;
        for (int i = 0; i < 100; i++) {
            Thread.sleep(10);
            if (list(process.resolve("task")).stream().anyMatch(Look::runs)) {
                running++;
            }
        }
        Set<String> sockets = sockets(process);
        for (String line : Files.readAllLines(Path.of("/proc/net/unix"))) {
            String[] fields = line.split(" +");
            sockets.remove("socket:[" + fields[6] + "]"); // local, such as the JDK's own
        }
        System.out.println("Its loop runs " + running + " % of the time. Network sockets open: "
                + sockets.size());
    }

    private static boolean runs(Path thread) {
        try { // "4711 (java) R ...": number, name, state. The JVM's helpers have other names
            return Files.readString(thread.resolve("stat")).contains(" (java) R ");
        } catch (IOException hasEnded) {
            return false;
        }
    }

    /** The folder in /proc of the process that listens on this port, or null. */
    private static Path server(int port) throws IOException {
        String local = String.format(":%04X", port); // a line: "0: address:port other:port 0A ..."
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split(" +");
                if (fields[1].endsWith(local) && fields[3].equals("0A")) { // 0A: it listens
                    for (Path process : list(Path.of("/proc"))) {
                        if (sockets(process).contains("socket:[" + fields[9] + "]")) {
                            return process;
                        }
                    }
                }
            }
        }
        return null;
    }

    private static Set<String> sockets(Path process) {
        Set<String> sockets = new HashSet<>();
        for (Path descriptor : list(process.resolve("fd"))) {
            try {
                sockets.add(Files.readSymbolicLink(descriptor).toString());
            } catch (IOException closedMeanwhile) {
            }
        }
        sockets.removeIf(name -> !name.startsWith("socket:"));
        return sockets;
    }

    private static List<Path> list(Path folder) {
        try (var files = Files.list(folder)) {
            return files.toList();
        } catch (IOException notOurs) {
            return List.of();
        }
    }
}
