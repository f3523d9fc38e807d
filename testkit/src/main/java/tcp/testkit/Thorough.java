package tcp.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** A test that takes long: it is run with -Dthorough=true, as in .ci/run, and where -Ddocs.update needs its result. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(value = "tcp.testkit.Thorough$Asked#isSo", disabledReason = "it takes long: add -Dthorough=true")
public @interface Thorough {
    /** Whether long tests are asked for. */
    final class Asked {
        private Asked() {}

        public static boolean isSo() {
            return Boolean.getBoolean("thorough") || System.getProperty("docs.update") != null;
        }
    }
}
