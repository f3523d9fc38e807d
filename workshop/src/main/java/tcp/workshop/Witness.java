package tcp.workshop;

import java.time.Duration;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tcp.testkit.InProcessContract;

/** Sees, when a promise was broken, how much CPU time the server's loop had used. */
public final class Witness implements AfterTestExecutionCallback {
    private static volatile Duration cpuTime = Duration.ZERO;

    static Duration cpuTime() {
        return cpuTime;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isPresent()
                && context.getRequiredTestInstance() instanceof InProcessContract test) {
            cpuTime = test.server().cpuTime();
        }
    }
}
