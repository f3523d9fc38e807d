package tcp.testkit.server;

import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/**
 * The container engine, such as Docker. Tests that need it are skipped where none answers,
 * or one that cannot do what they ask for, and a line of the build's output says so, because
 * a skipped test is easily taken for a passed one. With {@code -Ddocker.required=true}, as in
 * CI, they fail instead.
 */
public final class ContainerEngine {
    /** The system property that makes a missing engine a failure. */
    static final String REQUIRED = "docker.required";

    private static String refusal; // why no test can use it; null if it may work

    private ContainerEngine() {}

    /**
     * Does something that needs the engine.
     *
     * @return what it gives; the test is skipped, or fails, if the engine cannot do it
     */
    static synchronized <T> T use(Supplier<T> action) {
        if (refusal == null) {
            try {
                // Only asks the engine who it is. client() goes on and starts a container.
                DockerClientFactory.instance().getInfo();
            } catch (IllegalStateException e) {
                String host = System.getenv("DOCKER_HOST");
                refuse("no container engine answers%s. Start Docker, or run the build with .ci/with-docker"
                        .formatted(host == null ? "" : " at DOCKER_HOST, " + host));
            }
        }
        if (refusal == null) {
            try {
                DockerClientFactory.instance().client();
                return action.get();
            } catch (RuntimeException e) {
                Throwable cause = e;
                while (cause.getCause() != null) {
                    cause = cause.getCause();
                }
                refuse("a container engine answers, but cannot run our containers: " + cause.getMessage()
                        + ". Does `docker run --cpus 1 hello-world` work? Without a registry, run the build with"
                        + " .ci/with-docker");
            }
        }
        if (Boolean.getBoolean(REQUIRED)) {
            throw new AssertionError("-D%s=true asks for a container engine, and %s.".formatted(REQUIRED, refusal));
        }
        return Assumptions.abort(refusal);
    }

    private static void refuse(String why) {
        refusal = why;
        if (!Boolean.getBoolean(REQUIRED)) {
            System.err.println("Tests in containers are skipped: " + why + ".");
        }
    }
}
