package tcp.workshop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tcp.testkit.source.Patch;
import tcp.testkit.system.UserError;

/**
 * A known wrong answer, and how to tell a learner who has given it: a file in an exercise's
 * folder wrong. Its first line says what is wrong with it. Then come, each on a line:
 *
 * <ul>
 *   <li>Breaks: the requirements that it does not meet, with commas; the diagnosis is for these
 *   <li>When: the facts that show it; see {@link Diagnosis}
 *   <li>Tell: the diagnosis
 *   <li>For: all, if the diagnosis is for any requirement of any exercise that has no better one
 *   <li>See: in place of When and Tell, the rule that gives the diagnosis: another wrong
 *       answer, or one of the rules for all exercises
 *   <li>Base: starter, if the starter is changed, and not the solution
 * </ul>
 *
 * <p>The rest is the change, as a diff; a line {@code @@} is enough before each hunk.
 */
record WrongAnswer(Exercise exercise, String name, Map<String, String> head, Patch patch) {

    static WrongAnswer read(Exercise exercise, Path file) throws IOException {
        Patch patch = Patch.parse(Files.readString(file));
        String name = file.getFileName().toString().replace(".diff", "");
        return new WrongAnswer(exercise, name, Diagnosis.head(patch.head()), patch);
    }

    /** The requirements that it breaks; which is found first depends on where it is tried. */
    List<String> breaks() {
        return List.of(head.getOrDefault("Breaks", "").split(", *"));
    }

    /** The name of the rule that is to find it. */
    String rule() {
        return head.getOrDefault("See", name);
    }

    /**
     * The source of the wrong server.
     *
     * @throws UserError if the change does not fit
     */
    String source() throws IOException {
        Path base = "starter".equals(head.get("Base")) ? exercise.starter() : exercise.solution();
        try {
            return patch.apply(Files.readString(base));
        } catch (Patch.DoesNotApply e) {
            throw new UserError("%s of %s does not fit %s: %s".formatted(name, exercise.name(), base, e.getMessage()));
        }
    }
}
