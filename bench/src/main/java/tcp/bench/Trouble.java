package tcp.bench;

/** What a person can mend. Its message is the one line that says how. */
final class Trouble extends Exception {
    private static final long serialVersionUID = 1;

    Trouble(String message) {
        super(message);
    }
}
