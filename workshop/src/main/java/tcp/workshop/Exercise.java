package tcp.workshop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tcp.testkit.system.UserError;

/**
 * One exercise: a folder in workshop/exercises with the task (README.md), the hints, known
 * wrong answers, a solution, and the requirements as a test class in the package of that
 * name. What the program must know of it stands in the front matter of the task.
 *
 * @param folder its folder; the name of it is what the learner types
 * @param title in a few words
 * @param order its place among the others; 1000 if it does not say
 * @param minutes how long it takes; an estimate
 * @param starter the source that one starts from
 * @param solution the source of a server that meets all requirements
 * @param requirements the package of the test classes
 * @param stories the name of the contract that holds in every story on the simulated network, see
 *     {@link tcp.simulation.story.Contract#of}, or of a class in its folder that has one, in the static field
 *     CONTRACT; null if none does
 */
record Exercise(
        Path folder,
        String title,
        int order,
        int minutes,
        Path starter,
        Path solution,
        String requirements,
        String stories) {

    private static final List<String> KEYS =
            List.of("title", "order", "minutes", "from", "solution", "requirements", "stories");

    /**
     * All exercises of a project, in their order.
     *
     * @throws UserError if there are none, or one's front matter is wrong
     */
    static List<Exercise> all(Path project) {
        Path exercises = project.resolve("workshop").resolve("exercises");
        if (!Files.isDirectory(exercises)) {
            throw new UserError("There are no exercises in " + exercises + ". Is this the project's folder?");
        }
        Map<String, Exercise> found = new HashMap<>();
        try (Stream<Path> folders = Files.list(exercises)) {
            for (Path folder : folders.sorted().toList()) {
                if (Files.isRegularFile(folder.resolve("README.md"))) {
                    find(folder, project, found);
                }
            }
        } catch (IOException e) {
            throw new UserError("Cannot read the exercises: %s (%s)".formatted(e.getMessage(), Workspace.reason(e)));
        }
        return found.values().stream()
                .sorted(Comparator.comparingInt(Exercise::order).thenComparing(Exercise::name))
                .toList();
    }

    /** Reads the exercise in a folder, after the one that it starts from. */
    private static Exercise find(Path folder, Path project, Map<String, Exercise> found) throws IOException {
        String name = folder.getFileName().toString();
        if (found.get(name) != null) {
            return found.get(name);
        }
        found.put(name, null); // whoever starts from it now starts from itself
        Path task = folder.resolve("README.md");
        Map<String, String> front = frontMatter(task);
        int order = number("order", "1000", front, task);
        int minutes = number("minutes", null, front, task);
        Path starter = folder.resolve("starter").resolve("Server.java");
        String from = front.get("from");
        if (from != null) {
            Path other = folder.resolveSibling(from);
            boolean itself = found.containsKey(from) && found.get(from) == null;
            if (itself || !Files.isRegularFile(other.resolve("README.md"))) {
                throw new UserError("%s says \"from: %s\", but %s."
                        .formatted(
                                task,
                                from,
                                itself ? "no exercise can start from itself" : "there is no such exercise"));
            }
            starter = find(other, project, found).solution;
        } else if (!Files.isRegularFile(starter)) {
            throw new UserError("%s has no line \"from: EXERCISE\", and there is no %s.".formatted(task, starter));
        }
        Path solution = front.containsKey("solution")
                ? project.resolve(front.get("solution"))
                : folder.resolve("solution").resolve("tcp").resolve("Server.java");
        Exercise exercise = new Exercise(
                folder,
                front.get("title"),
                order,
                minutes,
                starter,
                solution,
                front.getOrDefault("requirements", name),
                front.get("stories"));
        found.put(name, exercise);
        return exercise;
    }

    private static int number(String key, String otherwise, Map<String, String> front, Path file) {
        String value = front.getOrDefault(key, otherwise);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new UserError(
                    "In the front matter of %s, %s must be a number, not \"%s\".".formatted(file, key, value));
        }
    }

    /** The lines "key: value" between two lines of three dashes at the beginning. */
    private static Map<String, String> frontMatter(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int end = lines.isEmpty() ? 0 : lines.subList(1, lines.size()).indexOf("---") + 1;
        if (end == 0 || !lines.get(0).equals("---")) {
            throw new UserError(
                    file + " must begin with its front matter: lines \"key: value\" between two lines \"---\".");
        }
        Map<String, String> front = new HashMap<>();
        for (String line : lines.subList(1, end)) {
            String[] parts = line.split(": +", 2);
            if (parts.length < 2 || !KEYS.contains(parts[0])) {
                throw new UserError("In the front matter of %s, \"%s\" is not \"key: value\" with one of the keys %s."
                        .formatted(file, line, String.join(", ", KEYS)));
            }
            front.put(parts[0], parts[1].strip());
        }
        if (!front.keySet().containsAll(List.of("title", "minutes"))) {
            throw new UserError("The front matter of %s needs a title and minutes.".formatted(file));
        }
        return front;
    }

    /**
     * The exercise that the learner means: "step2", "2", "echo".
     *
     * @throws UserError if there is none
     */
    static Exercise named(String name, Path project) {
        List<Exercise> all = all(project);
        return all.stream()
                .filter(e -> e.name().equals(name) || e.name().equals("step" + name))
                .findFirst()
                .orElseThrow(() -> new UserError("There is no exercise \"" + name + "\". There are: "
                        + String.join(", ", all.stream().map(Exercise::name).toList()) + "."));
    }

    String name() {
        return folder.getFileName().toString();
    }

    Path task() {
        return folder.resolve("README.md");
    }

    /** The hints, each a text of its own, from a question to nearly the answer; none if there is no such file. */
    List<String> hints() throws IOException {
        List<String> hints = new ArrayList<>();
        if (!Files.exists(folder.resolve("hints.md"))) {
            return hints;
        }
        for (String hint : Files.readString(folder.resolve("hints.md")).split("(?m)^## .*\\R")) {
            hints.add(
                    hint.strip().isEmpty() ? "" : hint.replaceFirst("^\\R+", "").stripTrailing());
        }
        return hints.subList(1, hints.size());
    }

    /** The known wrong answers, by name. */
    List<WrongAnswer> wrongAnswers() throws IOException {
        return answers("wrong");
    }

    /** Right answers that do something in another way than the solution. */
    List<WrongAnswer> rightAnswers() throws IOException {
        return answers("right");
    }

    private List<WrongAnswer> answers(String kind) throws IOException {
        List<WrongAnswer> answers = new ArrayList<>();
        Path of = folder.resolve(kind);
        if (Files.isDirectory(of)) {
            try (Stream<Path> files = Files.list(of)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".diff"))
                        .sorted()
                        .toList()) {
                    answers.add(WrongAnswer.read(this, file));
                }
            }
        }
        return answers;
    }
}
