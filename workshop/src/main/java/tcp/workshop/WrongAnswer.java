package tcp.workshop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tcp.testkit.source.Patch;
import tcp.testkit.system.UserError;

/**
 * A known wrong answer, and how to tell a learner who has given it: a file in an exercise's
 * folder wrong. Its first line says what is wrong with it. Its head follows, lines "Key: value",
 * and then the change. What each key says is in workshop/CONTRIBUTING.md; what the facts in When
 * mean, in {@link Diagnosis}. The files in the folder right have a first line and a change only.
 */
record WrongAnswer(Exercise exercise, Path file, Map<String, String> head, Patch patch) {
    private static final Pattern LINE = Pattern.compile(" .*|(Breaks|When|Tell|For|See|Base): .*|");

    /**
     * Reads a wrong answer, or a right one, which is a change only.
     *
     * @throws UserError if something is missing in it, or misspelt
     */
    static WrongAnswer read(Exercise exercise, Path file) throws IOException {
        Patch patch = Patch.parse(Files.readString(file));
        Map<String, String> head = Diagnosis.head(patch.head());
        String problem = patch.hunks().isEmpty() && !head.containsKey("Base")
                ? "it has no change, which begins with a line @@"
                : file.getParent().endsWith("wrong") ? problem(patch.head(), head) : null;
        if (problem != null) {
            throw new UserError("%s: %s. See workshop/CONTRIBUTING.md.".formatted(file, problem));
        }
        return new WrongAnswer(exercise, file, head, patch);
    }

    /** What is wrong with a head, in words; null if nothing is. */
    private static String problem(String text, Map<String, String> head) {
        Optional<String> odd = text.lines()
                .dropWhile(line -> !line.isEmpty())
                .filter(line -> !LINE.matcher(line).matches())
                .findFirst();
        if (odd.isPresent()) {
            return """
                    "%s" is no line that is known: they begin with Breaks, When, Tell, For, See or Base and a colon, or with \
                    a blank if they continue the line before""".formatted(odd.get());
        } else if (!head.containsKey("Breaks")) {
            return "it does not say what it Breaks";
        } else if (head.containsKey("Tell") == head.containsKey("See")) {
            return "it must have a line Tell or a line See, and not both";
        } else if (!head.getOrDefault("Base", "starter").equals("starter")) {
            return "Base can only be starter";
        } else if (!head.getOrDefault("For", "all").equals("all")) {
            return "For can only be all";
        }
        return Diagnosis.Rule.of("", head).when().stream()
                .flatMap(List::stream)
                .filter(fact -> !Diagnosis.isFact(fact))
                .findFirst()
                .map(fact -> "%s, in When, is no fact".formatted(fact))
                .orElse(null);
    }

    String name() {
        return file.getFileName().toString().replace(".diff", "");
    }

    /** The requirements that it breaks, a * in them for the rest of a name; which is found first depends on where it is tried. */
    List<String> breaks() {
        return List.of(head.get("Breaks").split(", *"));
    }

    /** The name of the rule that is to find it. */
    String rule() {
        return head.getOrDefault("See", name());
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
            throw new UserError("%s does not fit %s: %s".formatted(file, base, e.getMessage()));
        }
    }
}
