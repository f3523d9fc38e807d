import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Looks at the server on a port, 100 times in a second: how often one of its Java threads
 * is running, and how many sockets it has open. Linux only. Argument: the port.
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
            for (Path thread : list(process.resolve("task"))) {
                // "4711 (java) R ...": number, name and state. JVM helpers have other names.
                if (Files.readString(thread.resolve("stat")).contains(" (java) R ")) {
                    running++;
                    break;
                }
            }
        }
        System.out.println("Its loop runs " + running + " % of the time. Sockets open: "
                + descriptors(process).stream().filter(d -> d.startsWith("socket:")).count());
    }

    /** The folder in /proc of the process that listens on this port, or null. */
    private static Path server(int port) throws IOException {
        String local = String.format(":%04X ", port); // "0: address:port address:port 0A ..."
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split(" +");
                if (fields[3].equals("0A") && (fields[1] + " ").endsWith(local)) { // 0A: listens
                    for (Path process : list(Path.of("/proc"))) {
                        if (descriptors(process).contains("socket:[" + fields[9] + "]")) {
                            return process;
                        }
                    }
                }
            }
        }
        return null;
    }

    private static List<String> descriptors(Path process) {
        List<String> targets = new java.util.ArrayList<>();
        for (Path descriptor : list(process.resolve("fd"))) {
            try {
                targets.add(Files.readSymbolicLink(descriptor).toString());
            } catch (IOException closedMeanwhile) {
            }
        }
        return targets;
    }

    private static List<Path> list(Path folder) {
        try (var files = Files.list(folder)) {
            return files.toList();
        } catch (IOException notOurs) {
            return List.of();
        }
    }
}
