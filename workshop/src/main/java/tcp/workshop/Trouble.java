package tcp.workshop;

/** Something the learner can mend: one line that says what to do. */
final class Trouble extends RuntimeException {
    private static final long serialVersionUID = 1;

    Trouble(String message) {
        super(message);
    }
}
