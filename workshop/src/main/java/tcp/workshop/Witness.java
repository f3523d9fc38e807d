package tcp.workshop;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tcp.testkit.InProcessContract;

/**
 * Sees, when a promise was broken, how much CPU time the server's loop had used, and where
 * it was.
 */
public final class Witness implements AfterTestExecutionCallback {
    private static volatile Duration cpuTime = Duration.ZERO;
    private static volatile String place;

    static Duration cpuTime() {
        return cpuTime;
    }

    /** Where the loop was: in the learner's code and not in select(); null if it was not. */
    static String place() {
        return place;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) throws Exception {
        if (context.getExecutionException().isPresent()
                && context.getRequiredTestInstance() instanceof InProcessContract test) {
            cpuTime = test.server().cpuTime();
            place = placeNow();
        }
    }

    /** Where the loop is now; null if it was seen in select(), or has ended. */
    static String placeNow() throws InterruptedException {
        String seen = null;
        for (int i = 0; i < 10; i++) { // a busy loop is in select() now and then
            seen = Thread.getAllStackTraces().entrySet().stream()
                    .filter(e -> e.getKey().getName().equals("server"))
                    .map(e -> place(e.getValue()))
                    .filter(Objects::nonNull)
                    .findAny()
                    .orElse(null);
            if (seen == null) {
                return null;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return seen;
    }

    /** The first line of the learner's, unless select() was called from there. */
    private static String place(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getMethodName().equals("select")) {
                return null;
            }
            if (frame.getClassName().startsWith("tcp.Server")) {
                return frame.getFileName() + ":" + frame.getLineNumber() + " in " + frame.getMethodName() + "()";
            }
        }
        return null;
    }
}
