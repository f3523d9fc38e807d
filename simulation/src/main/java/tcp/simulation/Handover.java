package tcp.simulation;

/** The only place where threads wait for one another. Whoever calls holds the lock. */
final class Handover {
    private Handover() {}

    /** Gives up the lock until signal() or an interrupt, or for so many ms; 0: without a limit. */
    static void await(Object lock, long millis) throws InterruptedException {
        lock.wait(millis);
    }

    static void signal(Object lock) {
        lock.notifyAll();
    }
}
