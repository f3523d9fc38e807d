package tcp.testkit;

/** A requirement that is not met: what happened, and what to look at. */
public class Unmet extends AssertionError {
    private static final long serialVersionUID = 1;

    private final String happened;
    private final String lookAt;

    /**
     * @param lookAt a question that leads to the cause, or ""
     * @param cause may be null
     */
    public Unmet(String happened, String lookAt, Throwable cause) {
        super(lookAt.isEmpty() ? happened : happened + "\nLook at:   " + lookAt, cause);
        this.happened = happened;
        this.lookAt = lookAt;
    }

    /**
     * @param happened a format for these values
     * @throws Unmet if the requirement is not met
     */
    public static void unless(boolean met, String lookAt, String happened, Object... values) {
        if (!met) {
            throw new Unmet(happened.formatted(values), lookAt, null);
        }
    }

    public final String happened() {
        return happened;
    }

    public final String lookAt() {
        return lookAt;
    }
}
