package tcp.bench;

/**
 * What a server holds, in bytes.
 *
 * @param resident
 *            the process's own memory that is in RAM
 * @param heap
 *            what lives in its Java heap after a collection; 0 for a program without one
 */
record Memory(long resident, long heap) {
    private static final int LOOKS = 15;
    private static final long CALM = 64 * 1024; // bytes; less than this is no change

    /** Looks once the process has come to rest: compilers give memory back late. */
    static Memory of(boolean jvm, Running server) throws Exception {
        long heap = jvm ? server.liveHeap() : 0;
        long resident = server.resident();
        for (int calm = 0, looks = 0; calm < 3 && looks < LOOKS; looks++) {
            Thread.sleep(100); // between two looks
            long now = server.resident();
            calm = Math.abs(now - resident) < CALM ? calm + 1 : 0;
            resident = now;
        }
        return new Memory(resident, heap);
    }

    /** What each of so many connections takes, if the heap has a fixed place in RAM. */
    double eachSince(Memory before, int connections) {
        return (double) (resident - before.resident + heap - before.heap) / connections;
    }
}
