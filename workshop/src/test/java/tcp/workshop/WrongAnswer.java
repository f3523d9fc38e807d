package tcp.workshop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A known wrong answer: a file in an exercise's folder wrong/. Its first line says what is
 * wrong. Breaks: names the promise that it breaks, Tell: the diagnosis, word for word.
 * Base: starter changes the starter, not the solution. Then come the changes, each after a
 * line @@, as in a diff: lines to find, with a blank or a minus before them, in their
 * order, and with a plus before them those to put in.
 */
record WrongAnswer(Exercise exercise, String name, String text) {

    static List<WrongAnswer> of(Exercise exercise, Path project) throws IOException {
        Path folder = exercise.folder(project).resolve("wrong");
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted()
                    .map(file -> {
                        try {
                            return new WrongAnswer(
                                    exercise,
                                    file.getFileName().toString().replace(".diff", ""),
                                    Files.readString(file));
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    String promise() {
        return header("Breaks");
    }

    String likely() {
        return header("Tell");
    }

    private String header(String name) {
        Matcher line = Pattern.compile("(?m)^" + name + ": (.*)$").matcher(text);
        return line.find() ? line.group(1) : "";
    }

    /** The source of the wrong server. */
    String source(Path project) throws IOException {
        String base = header("Base").equals("starter") ? exercise.starter() : exercise.solution();
        String source = Files.readString(project.resolve(base));
        String[] changes = text.split("(?m)^@@\n");
        for (int i = 1; i < changes.length; i++) {
            source = apply(changes[i], source);
        }
        return source;
    }

    private String apply(String change, String source) {
        StringBuilder find = new StringBuilder();
        StringBuilder put = new StringBuilder();
        change.lines().forEach(line -> {
            String code = line.substring(1);
            if (line.charAt(0) != '+') {
                find.append(code).append('\n');
            }
            if (line.charAt(0) != '-') {
                put.append(code).append('\n');
            }
        });
        int at = source.indexOf(find.toString());
        if (at == -1 || source.indexOf(find.toString(), at + 1) != -1) {
            throw new AssertionError("wrong/" + name + ".diff of " + exercise.name()
                    + " changes lines that are not there exactly once:\n" + find);
        }
        return source.substring(0, at) + put + source.substring(at + find.length());
    }
}
