package tcp.play;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tcp.simulation.story.Contract;
import tcp.testkit.source.Patch;
import tcp.testkit.source.Steps;

/**
 * A server that the pages show.
 *
 * @param name of its file
 * @param base the name of the server that it should be; null: it is right itself
 * @param facts what else the pages want to know of it: title, diff, exercise, what, tell, puzzle, par
 */
record Servers(String name, String base, String source, Map<String, String> facts) {
    /** The puzzles' file, from easy to hard: a name and the shortest story that gives the fault away. */
    static final String PUZZLES = "play/src/main/resources/tcp/play/puzzles.txt";

    private static final Pattern HEAD = Pattern.compile("(?m)^(Tell|See): (.*(?:\\R .*)*)");

    /** All of them: the steps, the mistakes of the chapters, and the puzzles with the solutions that they take. */
    static List<Servers> all(Path project) throws IOException {
        Map<String, Servers> servers = new LinkedHashMap<>();
        for (Steps step : Steps.values()) {
            Servers right = right("step" + step.number(), step.folder.replaceAll("step(.)-", "Step $1: "), step.file());
            servers.put(right.name, right);
            try (Stream<Path> broken = Files.list(project.resolve("docs/broken"))) {
                for (Path file : broken.sorted().toList()) {
                    String name = file.getFileName().toString().replace(".patch", "");
                    if (name.startsWith(right.name)) {
                        servers.put(name, wrong(name, right, Files.readString(file)));
                    }
                }
            }
        }
        int puzzle = 0;
        for (String line : Files.readAllLines(project.resolve(PUZZLES))) {
            String name = line.substring(0, line.indexOf(':'));
            String exercise = name.substring(0, name.indexOf('-'));
            Path folder = project.resolve("workshop/exercises").resolve(exercise);
            if (!servers.containsKey(exercise)) {
                servers.put(exercise, right(exercise, exercise, folder.resolve("solution/tcp/Server.java")));
            }
            String diff = name.substring(exercise.length() + 1) + ".diff";
            Servers wrong = wrong(
                    name,
                    servers.get(exercise),
                    Files.readString(folder.resolve("wrong").resolve(diff)));
            String see = wrong.facts.remove("see");
            Path other = folder.resolve("wrong").resolve(see + ".diff");
            if (Files.exists(other)) {
                wrong.facts.put("tell", head(Files.readString(other)).get("tell"));
            }
            wrong.facts.put("exercise", exercise);
            wrong.facts.put("puzzle", String.valueOf(++puzzle));
            wrong.facts.put("par", line.substring(name.length() + 1).strip());
            servers.put(name, wrong);
        }
        return new ArrayList<>(servers.values());
    }

    private static Servers right(String name, String title, Path file) throws IOException {
        return new Servers(name, null, Files.readString(file), new LinkedHashMap<>(Map.of("title", title)));
    }

    private static Servers wrong(String name, Servers right, String text) {
        Patch patch = Patch.parse(text);
        Map<String, String> facts = head(patch.head());
        facts.put("title", name.substring(right.name.length() + 1).replace('-', ' '));
        facts.put("diff", text.substring(patch.head().length()).stripLeading());
        String what = patch.head().lines().findFirst().orElse("");
        if (!what.startsWith("---")) {
            facts.put("what", what);
        }
        return new Servers(name, right.name, patch.apply(right.source), facts);
    }

    private static Map<String, String> head(String text) {
        Map<String, String> head = new LinkedHashMap<>();
        Matcher lines = HEAD.matcher(text);
        while (lines.find()) {
            head.put(lines.group(1).toLowerCase(), lines.group(2).replaceAll("\\s+", " "));
        }
        return head;
    }

    /** What a server of that kind promises. */
    Contract contract() {
        String name = base == null ? this.name : base;
        return Contract.of(name);
    }

    /** As an object of JSON. */
    String json() {
        StringBuilder json = new StringBuilder("{\"name\":" + Recorder.quoted(name));
        facts.forEach((key, value) ->
                json.append(",\"" + key + "\":" + (key.equals("puzzle") ? value : Recorder.quoted(value))));
        return json.append(",\"base\":" + (base == null ? "null" : Recorder.quoted(base)))
                .append(",\"source\":" + Recorder.quoted(source) + "}")
                .toString();
    }
}
