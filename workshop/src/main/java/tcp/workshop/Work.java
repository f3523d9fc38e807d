package tcp.workshop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Properties;

/** The learner's own files, in workshop/mine: the server, what was kept, the progress. */
final class Work {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss");

    private final Path project;
    private final Path mine;
    private final Properties progress = new Properties();

    Work(Path project) {
        this.project = project;
        mine = Path.of(System.getProperty(
                "workshop.mine", project.resolve("workshop").resolve("mine").toString()));
        if (Files.exists(progressFile())) {
            try (var in = Files.newBufferedReader(progressFile())) {
                progress.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw new Trouble("Cannot read " + show(progressFile()) + " (" + e.getMessage()
                        + "). Delete it; your server stays.");
            }
        }
    }

    private Path progressFile() {
        return mine.resolve("progress.properties");
    }

    /** Where the learner edits. */
    Path server() {
        return mine.resolve("tcp").resolve("Server.java");
    }

    /** A path as the learner types it, from the project's folder. */
    String show(Path path) {
        return (path.startsWith(project) ? project.relativize(path) : path).toString();
    }

    /** The exercise that was started last. */
    Exercise current() {
        String name = progress.getProperty("current");
        if (name == null) {
            throw new Trouble("No exercise is started. Begin with: " + Report.RUN + " start step1");
        }
        return Exercise.named(name);
    }

    /**
     * Puts the exercise's starter where the learner edits. A server that is there already
     * is kept.
     *
     * @return where the old one was kept, or null if there was none, or it is the same
     */
    Path start(Exercise exercise, boolean withMine) {
        try {
            Path kept = null;
            Path starter = project.resolve(exercise.starter());
            if (!Files.exists(starter)) {
                throw new Trouble("The starter " + exercise.starter() + " is not there.");
            }
            Files.createDirectories(server().getParent());
            boolean there = Files.exists(server());
            if (there && Files.mismatch(server(), starter) != -1) {
                kept = keep();
            }
            if (!(withMine && there)) {
                Files.writeString(server(), Files.readString(starter));
            }
            progress.setProperty("current", exercise.name());
            save();
            return kept;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path keep() throws IOException {
        String of = progress.getProperty("current", "before");
        Path folder = Files.createDirectories(mine.resolve("kept"));
        String name = of + "-" + TIME.format(LocalDateTime.now());
        for (int i = 1; ; i++) {
            Path file = folder.resolve(name + (i == 1 ? "" : "-" + i) + ".java");
            if (!Files.exists(file)) {
                return Files.copy(server(), file);
            }
        }
    }

    int hintsShown(Exercise exercise) {
        return number(exercise, "hints");
    }

    int checks(Exercise exercise) {
        return number(exercise, "checks");
    }

    /** "all promises hold", "7 promises hold", or empty if it was never checked. */
    String result(Exercise exercise) {
        return progress.getProperty(exercise.name() + ".result", "");
    }

    private int number(Exercise exercise, String what) {
        return Integer.parseInt(progress.getProperty(exercise.name() + "." + what, "0"));
    }

    void hintShown(Exercise exercise) {
        set(exercise, "hints", String.valueOf(hintsShown(exercise) + 1));
    }

    void checked(Exercise exercise, String result) {
        set(exercise, "checks", String.valueOf(checks(exercise) + 1));
        if (!result(exercise).startsWith("all ")) { // once it held, it held
            set(exercise, "result", result);
        }
    }

    private void set(Exercise exercise, String what, String value) {
        progress.setProperty(exercise.name() + "." + what, value);
        save();
    }

    private void save() {
        try {
            Files.createDirectories(mine);
            try (var to = Files.newBufferedWriter(progressFile())) {
                progress.store(to, "How far you are. Delete it to forget.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
