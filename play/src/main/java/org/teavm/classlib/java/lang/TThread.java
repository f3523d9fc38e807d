package org.teavm.classlib.java.lang;

// In place of TeaVM's: there is one.

/** As {@link Thread}. */
public final class TThread {
    private static final TThread ONE = new TThread();

    private TThread() {}

    public static TThread currentThread() {
        return ONE;
    }

    static void setCurrentThread(TThread thread) {}

    static TThread getMainThread() {
        return ONE;
    }

    public boolean isInterrupted() {
        return false;
    }

    public boolean isAlive() {
        return true;
    }

    public void interrupt() {}
}
