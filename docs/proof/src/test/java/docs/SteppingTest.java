package docs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The recording that the site lets its readers step through is that of today's step 3. */
class SteppingTest {
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "reads the kernel's queues from /proc")
    void stepsThroughTheLoopAsItIs() throws Exception {
        Problem.assertNone(Stepping.check(Docs.read()));
    }
}
