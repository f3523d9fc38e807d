package tcp.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tcp.testkit.system.Programs;
import tcp.testkit.system.UserError;

/**
 * What a load generator says about one run.
 *
 * @param requests
 *            answers that it counted
 * @param seconds
 *            the time in which they came
 * @param p50
 *            microseconds, the median of the waits for an answer; NaN: it does not say
 * @param p99
 *            the same for 99 of 100
 * @param errors
 *            answers other than 2xx and 3xx, and connections that failed or timed out
 */
record Load(long requests, double seconds, double p50, double p99, long errors) {
    private static final String NUMBER = "(\\d+(?:\\.\\d+)?)";

    double perSecond() {
        return requests / seconds;
    }

    static boolean hasWrk() {
        return Programs.find("wrk").isPresent();
    }

    static boolean hasAb() {
        return Programs.find("ab").isPresent();
    }

    /**
     * Loads that nobody counts, so that Java has compiled what it needs to. Several, since it
     * compiles anew when the first clients leave and others come.
     */
    static void warm(int port, List<Plan.Cell> cells, int seconds) throws IOException, InterruptedException {
        for (Plan.Cell cell : cells) {
            wrk(port, cell.connections(), cell.pipelined(), seconds);
        }
    }

    /** As many connections as said, each asking again once it is answered. */
    static Load wrk(int port, int connections, int pipelined, int seconds) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--latency"));
        if (pipelined > 1) {
            command.addAll(List.of(
                    "-s", Machine.ROOT.resolve("bench/load/pipelined.lua").toString()));
        }
        command.add("http://127.0.0.1:" + port + "/");
        if (pipelined > 1) {
            command.addAll(List.of("--", "" + pipelined));
        }
        return parseWrk(Machine.output(Machine.asLoad(command)));
    }

    static Load parseWrk(String output) {
        Matcher total = find("(\\d+) requests in " + NUMBER + "(us|ms|s|m)", output);
        if (total == null) {
            throw new UserError("wrk gives no result: " + firstLine(output));
        }
        long errors = 0;
        Matcher socket = find("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)", output);
        for (int i = 1; socket != null && i <= 4; i++) {
            errors += Long.parseLong(socket.group(i));
        }
        Matcher status = find("Non-2xx or 3xx responses: (\\d+)", output);
        errors += status == null ? 0 : Long.parseLong(status.group(1));
        return new Load(
                Long.parseLong(total.group(1)),
                micros(total.group(2), total.group(3)) / 1e6,
                percentile(50, output),
                percentile(99, output),
                errors);
    }

    private static double percentile(int percent, String output) {
        Matcher found = find("(?m)^\\s+" + percent + "%\\s+" + NUMBER + "(us|ms|s|m)", output);
        return found == null ? Double.NaN : micros(found.group(1), found.group(2));
    }

    private static double micros(String number, String unit) {
        double factor =
                switch (unit) {
                    case "us" -> 1;
                    case "ms" -> 1e3;
                    case "s" -> 1e6;
                    default -> 60e6;
                };
        return Double.parseDouble(number) * factor;
    }

    /** The article's own line: ab -k -n REQUESTS -c 128. */
    static Load ab(int port, int requests) throws IOException, InterruptedException {
        return parseAb(Machine.output(Machine.asLoad(
                List.of("ab", "-q", "-k", "-n", "" + requests, "-c", "128", "http://127.0.0.1:" + port + "/"))));
    }

    static Load parseAb(String output) {
        Matcher time = find("Time taken for tests:\\s+" + NUMBER + " seconds", output);
        Matcher complete = find("Complete requests:\\s+(\\d+)", output);
        Matcher failed = find("Failed requests:\\s+(\\d+)", output);
        if (time == null || complete == null || failed == null) {
            throw new UserError("ab gives no result: " + firstLine(output));
        }
        Matcher other = find("Non-2xx responses:\\s+(\\d+)", output);
        return new Load(
                Long.parseLong(complete.group(1)),
                Double.parseDouble(time.group(1)),
                milliseconds(50, output),
                milliseconds(99, output),
                Long.parseLong(failed.group(1)) + (other == null ? 0 : Long.parseLong(other.group(1))));
    }

    private static double milliseconds(int percent, String output) {
        Matcher found = find("(?m)^\\s+" + percent + "%\\s+(\\d+)", output);
        return found == null ? Double.NaN : 1000 * Double.parseDouble(found.group(1));
    }

    private static Matcher find(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        return found.find() ? found : null;
    }

    private static String firstLine(String output) {
        return output.lines().filter(line -> !line.isBlank()).findFirst().orElse("it prints nothing");
    }
}
