package tcp.testkit.system;

/** Something the user can put right: one line that says what to do. */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UserError(String message) {
        super(message);
    }
}
