package tcp.simulation;

/** The only place where threads wait for one another. */
final class Handover {
    private Handover() {}

    /** Gives up the lock until signal(); 0 ms: without a limit. */
    static void await(Object lock, long millis) throws InterruptedException {
        lock.wait(millis);
    }

    static void signal(Object lock) {
        lock.notifyAll();
    }
}
