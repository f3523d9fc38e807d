package docs;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Something in the docs that is not so.
 *
 * @param place file and line, as an editor understands them: docs/step1-init.md:12
 * @param what  what is wrong
 * @param todo  what to do about it
 */
record Problem(String place, String what, String todo) {
    @Override
    public String toString() {
        return place + ": " + what + "\n    To do: " + todo;
    }

    /** Fails if there are any, and shows them all. */
    static void assertNone(List<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new AssertionError(
                    problems.stream().map(Problem::toString).collect(Collectors.joining("\n", "\n", "\n")));
        }
    }
}
