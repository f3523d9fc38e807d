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
 * @param order its place among the others
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

    /**
     * All exercises of a project, in their order.
     *
     * @throws UserError if there are none
     */
    static List<Exercise> all(Path project) {
        Path exercises = project.resolve("workshop").resolve("exercises");
        Map<String, Exercise> found = new HashMap<>();
        try (Stream<Path> folders = Files.list(exercises)) {
            for (Path folder : folders.sorted().toList()) {
                if (Files.isRegularFile(folder.resolve("README.md"))) {
                    find(folder, project, found);
                }
            }
        } catch (IOException e) {
            throw new UserError("There are no exercises in " + exercises + ". Is this the project's folder?");
        }
        return found.values().stream()
                .sorted(Comparator.comparingInt(Exercise::order).thenComparing(Exercise::name))
                .toList();
    }

    /** Reads the exercise in a folder, after the one that it starts from. */
    private static Exercise find(Path folder, Path project, Map<String, Exercise> found) throws IOException {
        String name = folder.getFileName().toString();
        Exercise known = found.get(name);
        if (known != null) {
            return known;
        }
        Map<String, String> front = frontMatter(folder.resolve("README.md"));
        Path starter = front.containsKey("from")
                ? find(folder.resolveSibling(front.get("from")), project, found).solution
                : folder.resolve("starter").resolve("Server.java");
        Path solution = front.containsKey("solution")
                ? project.resolve(front.get("solution"))
                : folder.resolve("solution").resolve("tcp").resolve("Server.java");
        try {
            Exercise exercise = new Exercise(
                    folder,
                    front.getOrDefault("title", name),
                    Integer.parseInt(front.getOrDefault("order", "1000")),
                    Integer.parseInt(front.getOrDefault("minutes", "30")),
                    starter,
                    solution,
                    front.getOrDefault("requirements", name),
                    front.get("stories"));
            found.put(name, exercise);
            return exercise;
        } catch (NumberFormatException e) {
            throw new UserError("In the front matter of " + folder.resolve("README.md")
                    + " order and minutes are numbers. " + e.getMessage());
        }
    }

    /** The lines "key: value" between two lines of three dashes at the beginning. */
    private static Map<String, String> frontMatter(Path file) throws IOException {
        Map<String, String> front = new HashMap<>();
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            int colon = line.indexOf(": ");
            if (!lines.get(0).equals("---") || line.equals("---")) {
                break;
            } else if (colon > 0) {
                front.put(line.substring(0, colon), line.substring(colon + 2).strip());
            }
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

    /** The hints, each a text of its own, from a question to nearly the answer. */
    List<String> hints() throws IOException {
        List<String> hints = new ArrayList<>();
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
