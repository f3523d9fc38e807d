package tcp.workshop;

/** Something the user can put right: one line that says what to do. */
final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1;

    UserError(String message) {
        super(message);
    }
}
