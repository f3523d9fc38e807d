package tcp.docs.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Something in the docs that is not true.
 *
 * @param place file and line, as an editor understands them: docs/step1-init.md:12
 * @param what what is wrong
 * @param fix what to do about it
 * @param edit what -Ddocs.update writes instead of failing; null if a person has to decide
 */
public record Problem(String place, String what, String fix, Edit edit) {
    /** Whether the tests write what they can instead of failing. */
    public static final boolean UPDATE = System.getProperty("docs.update") != null;

    /**
     * A change of a file.
     *
     * @param file the file; it need not be there yet
     * @param change makes the new text from the one that is there, "" if there is none
     */
    public record Edit(Path file, UnaryOperator<String> change) {
        private static synchronized void write(Edit edit) {
            try {
                String text = Files.exists(edit.file) ? Files.readString(edit.file) : "";
                Files.createDirectories(edit.file.getParent());
                Files.writeString(edit.file, edit.change.apply(text));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public Problem(String place, String what, String fix) {
        this(place, what, fix, null);
    }

    /** The same problem, which -Ddocs.update can mend. */
    public Problem with(Edit edit) {
        return new Problem(place, what, fix, edit);
    }

    @Override
    public String toString() {
        return place + ": " + what + "\n    Fix: " + fix;
    }

    /**
     * Fails if there are any problems, and shows them all. With -Ddocs.update it writes what
     * can be written, and fails only for the rest.
     */
    public static void assertNone(List<Problem> problems) {
        List<Problem> left = problems.stream()
                .filter(problem -> !UPDATE || problem.edit == null)
                .toList();
        problems.stream().filter(problem -> !left.contains(problem)).forEach(problem -> {
            Edit.write(problem.edit);
            System.out.println("Written: " + problem.place);
        });
        if (!left.isEmpty()) {
            throw new AssertionError(
                    left.stream().map(Problem::toString).collect(Collectors.joining("\n", "\n", "\n")));
        }
    }
}
