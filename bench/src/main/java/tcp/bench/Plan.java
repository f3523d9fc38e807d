package tcp.bench;

import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds
 *            times that all servers are measured in turn, under load and at a fixed rate
 * @param seconds
 *            of load for each single measurement
 * @param cells
 *            connections and pipelined requests of the load
 * @param rateCells
 *            the same at a fixed rate
 * @param rate
 *            requests a second there
 * @param otherRounds
 *            times that all are measured in turn with idle connections, and with ab
 * @param idle
 *            numbers of idle connections, growing; none: leave that part out
 * @param starts
 *            times that each is started
 * @param abRequests
 *            the number behind ab -n; 0: leave ab out
 */
record Plan(
        int rounds,
        int seconds,
        List<Cell> cells,
        List<Cell> rateCells,
        int rate,
        int otherRounds,
        List<Integer> idle,
        int starts,
        int abRequests) {
    /** Connections, and requests sent in one write on each. */
    record Cell(int connections, int pipelined) {
        @Override
        public String toString() {
            return connections + " connections, " + pipelined + " pipelined";
        }
    }

    private static final List<Cell> ALL = List.of(
            new Cell(1, 1),
            new Cell(16, 1),
            new Cell(128, 1),
            new Cell(1024, 1),
            new Cell(1, 16),
            new Cell(16, 16),
            new Cell(128, 16),
            new Cell(1024, 16));

    Plan withRounds(int other) {
        return new Plan(other, seconds, cells, rateCells, rate, otherRounds, idle, starts, abRequests);
    }

    /** Some 20 minutes with all the servers. */
    static Plan standard() {
        return new Plan(
                5,
                1,
                ALL,
                List.of(new Cell(1, 1), new Cell(128, 1), new Cell(1024, 1)),
                5000,
                3,
                List.of(10, 1000, 10_000),
                5,
                50_000);
    }

    /** Under 2 minutes, with the build; a thousand idle connections would tell little, so there are none. */
    static Plan quick() {
        return new Plan(
                1,
                1,
                List.of(new Cell(128, 1), new Cell(128, 16)),
                List.of(new Cell(128, 1)),
                5000,
                1,
                List.of(),
                1,
                0);
    }

    /** A few seconds: to see that all parts work, not to measure. */
    static Plan smoke() {
        return new Plan(
                1,
                1,
                List.of(new Cell(16, 1), new Cell(16, 16)),
                List.of(new Cell(16, 1)),
                1000,
                1,
                List.of(100),
                1,
                2000);
    }
}
