package tcp.bench;

import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds
 *            times that all servers are measured in turn, under load
 * @param seconds
 *            of load for each single measurement
 * @param cells
 *            connections and pipelined requests of the load
 * @param rateCells
 *            the same at a fixed rate
 * @param rate
 *            requests a second there
 * @param otherRounds
 *            times that all are measured in turn there, and with idle connections
 * @param idle
 *            numbers of idle connections, growing
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
    private static final List<Integer> IDLE = List.of(10, 100, 1000, 10_000);

    Plan withRounds(int other) {
        return new Plan(other, seconds, cells, rateCells, rate, otherRounds, idle, starts, abRequests);
    }

    /** Under 10 minutes with all ten servers. */
    static Plan standard() {
        return new Plan(
                3,
                1,
                ALL,
                List.of(new Cell(1, 1), new Cell(16, 1), new Cell(128, 1), new Cell(1024, 1), new Cell(128, 16)),
                5000,
                1,
                IDLE,
                3,
                50_000);
    }

    /** Under 2 minutes. */
    static Plan quick() {
        return new Plan(
                1,
                1,
                List.of(new Cell(128, 1), new Cell(128, 16)),
                List.of(new Cell(128, 1)),
                5000,
                1,
                List.of(1000),
                1,
                0);
    }

    /** More rounds, and every cell at a fixed rate, too. */
    static Plan full() {
        return new Plan(5, 1, ALL, ALL, 5000, 1, IDLE, 5, 200_000);
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
