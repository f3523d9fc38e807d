package tcp.testkit;

import java.util.List;

/**
 * The server did not do what it promises, as one client saw it. The message says it all;
 * the parts are here for a program that wants to say more.
 */
public final class BrokenPromise extends AssertionError {
    private static final long serialVersionUID = 1;

    /**
     * What the client saw.
     *
     * @param start the beginning of what was sent, a piece for each send(), one byte a
     *        character (ISO 8859-1)
     * @param sent how many bytes were sent in all
     * @param ended whether the client ended its half of the connection after that
     * @param received how many bytes came back
     * @param cameBack what came back, quoted, and what happened then
     * @param happened what happened instead of what was expected
     * @param expected what was expected
     * @param lookAt what to look at; may be empty
     */
    public record Seen(
            List<String> start,
            long sent,
            boolean ended,
            long received,
            String cameBack,
            String happened,
            String expected,
            String lookAt) {}

    private final transient Seen seen;

    BrokenPromise(String message, Seen seen) {
        super(message);
        this.seen = seen;
    }

    public Seen seen() {
        return seen;
    }
}
