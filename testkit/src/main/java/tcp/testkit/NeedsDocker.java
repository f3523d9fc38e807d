package tcp.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/**
 * Tests that need a container engine, such as Docker. Where none answers they are
 * skipped, and a line of the build's output says so, because a skipped test is easily
 * taken for a passed one. With {@code -Ddocker.required=true}, as in CI, they fail
 * instead.
 *
 * <p>Testcontainers has {@code @Testcontainers(disabledWithoutDocker = true)} for the
 * first half of this. But it is silent, and it skips, too, where an engine is there and
 * something else is wrong, which here is a failure always. Write this annotation above
 * {@code @Testcontainers}: extensions run in the order in which they are written, and
 * that one starts containers.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsDocker.Guard.class)
public @interface NeedsDocker {
    /** The system property that makes a missing engine a failure. */
    String REQUIRED = "docker.required";

    /**
     * Looks for the engine, before anything else of the test class is run, and sees to it
     * that the images are removed in the end.
     */
    final class Guard implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) {
            String name = context.getRequiredTestClass().getSimpleName();
            try {
                // Only asks the engine who it is. client() goes on and starts a
                // container.
                DockerClientFactory.instance().getInfo();
            } catch (IllegalStateException e) {
                String host = System.getenv("DOCKER_HOST");
                String why = "no container engine answers" + (host == null ? "" : " at DOCKER_HOST, " + host);
                if (Boolean.getBoolean(REQUIRED)) {
                    throw new AssertionError(name + " cannot run: " + why + ", and -D"
                            + REQUIRED + "=true asks for one.\nLook at:   does"
                            + " `docker version` show a server? Start Docker, or run the"
                            + " build with .ci/with-docker.");
                }
                System.err.println(name + " is skipped: " + why + ". Start Docker to run it.");
                Assumptions.abort(why);
            }
            try {
                DockerClientFactory.instance().client();
            } catch (RuntimeException e) {
                throw new AssertionError(
                        name + " cannot run: a container engine answers,"
                                + " but Testcontainers cannot start its cleaner, Ryuk, there: "
                                + e.getMessage() + "\nLook at:   does `docker pull hello-world`"
                                + " work? Without a registry, run the build with .ci/with-docker,"
                                + " or stop the engine to have these tests skipped.",
                        e);
            }
            // The root's store is closed after the last test of all classes.
            context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).computeIfAbsent(NeedsDocker.class, key ->
                    (AutoCloseable) ProgramContainer::removeImages);
        }
    }
}
