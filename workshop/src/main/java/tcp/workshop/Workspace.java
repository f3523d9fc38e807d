package tcp.workshop;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import tcp.testkit.system.UserError;

/** The learner's own files, in workshop/mine: the server, what was kept, the progress. */
final class Workspace {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss", Locale.ROOT);

    private final Path project;
    private final Path mine;
    private final Path progressFile;
    private Properties progress;

    Workspace(Path project) {
        this.project = project;
        mine = Path.of(System.getProperty(
                "workshop.mine", project.resolve("workshop").resolve("mine").toString()));
        progressFile = mine.resolve("progress.properties");
        progress = read();
    }

    private Properties read() {
        Properties read = new Properties();
        if (Files.exists(progressFile)) {
            try {
                read.load(new StringReader(Files.readString(progressFile)));
            } catch (IOException | IllegalArgumentException e) {
                throw new UserError(
                        "Cannot read %s (%s). Delete it; your server stays.".formatted(show(progressFile), reason(e)));
            }
        }
        return read;
    }

    /** Where the learner edits. */
    Path server() {
        return mine.resolve("tcp").resolve("Server.java");
    }

    /** A path as the learner types it, from the project's folder. */
    String show(Path path) {
        return (path.startsWith(project) ? project.relativize(path) : path).toString();
    }

    /** The name of the exercise that was started or checked last, or null. */
    String current() {
        return progress.getProperty("current");
    }

    /**
     * Puts the exercise's starter where the learner edits. A server that is there already
     * is kept.
     *
     * @return where the old one was kept, or null if there was none, or it is the same
     */
    Path start(Exercise exercise, boolean withMine) {
        if (!Files.isRegularFile(exercise.starter())) {
            throw new UserError("The starter " + show(exercise.starter()) + " is not there.");
        }
        try {
            Path kept = null;
            Files.createDirectories(server().getParent());
            boolean there = Files.exists(server());
            if (there && Files.mismatch(server(), exercise.starter()) != -1) {
                kept = keep();
            }
            if (!(withMine && there)) {
                Files.writeString(server(), Files.readString(exercise.starter()));
            }
            update(to -> {
                to.setProperty("current", exercise.name());
                to.putIfAbsent(exercise.name() + ".started", now());
            });
            return kept;
        } catch (IOException e) {
            throw new UserError("Cannot write %s (%s). It must be a file in a folder that you may write to."
                    .formatted(show(server()), reason(e)));
        }
    }

    private Path keep() throws IOException {
        Path folder = Files.createDirectories(mine.resolve("kept"));
        String name = progress.getProperty("current", "before") + "-" + TIME.format(LocalDateTime.now());
        for (int i = 1; ; i++) {
            Path file = folder.resolve(name + (i == 1 ? "" : "-" + i) + ".java");
            if (!Files.exists(file)) {
                return Files.copy(server(), file);
            }
        }
    }

    int hintsShown(Exercise exercise) {
        return number(progress, exercise, "hints");
    }

    int checks(Exercise exercise) {
        return number(progress, exercise, "checks");
    }

    /** "all 9 requirements are met", "7 requirements are met, and the next one is not", or empty if it was never checked. */
    String result(Exercise exercise) {
        return progress.getProperty(exercise.name() + ".result", "");
    }

    private int number(Properties from, Exercise exercise, String what) {
        String value = from.getProperty(exercise.name() + "." + what, "0");
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new UserError("Cannot read %s (\"%s\" is no number of %s). Delete it; your server stays."
                    .formatted(show(progressFile), value, what));
        }
    }

    /** @throws IOException if it cannot be noted */
    void hintShown(Exercise exercise) throws IOException {
        update(to -> increase(to, exercise, "hints"));
    }

    /** When the exercise was started, or checked for the first time; null: not yet. */
    Instant started(Exercise exercise) {
        String value = progress.getProperty(exercise.name() + ".started");
        return value == null ? null : instant(value);
    }

    /**
     * A requirement that has held.
     *
     * @param at when it did so for the first time
     * @param place its place in that check
     */
    record Held(String requirement, Instant at, int place) {}

    /** The requirements that have held, in the order in which they first did. */
    List<Held> held(Exercise exercise) {
        String prefix = exercise.name() + ".held.";
        return progress.stringPropertyNames().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> {
                    String[] value = progress.getProperty(name).split(" ", 2);
                    int place = value.length == 2 && value[1].matches("[0-9]{1,9}") ? Integer.parseInt(value[1]) : 0;
                    return new Held(name.substring(prefix.length()), instant(value[0]), place);
                })
                .sorted(Comparator.comparing(Held::at).thenComparing(Held::place))
                .toList();
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private Instant instant(String value) {
        try {
            return Instant.parse(value);
        } catch (DateTimeParseException e) {
            throw new UserError("Cannot read %s (\"%s\" is no time). Delete it; your server stays."
                    .formatted(show(progressFile), value));
        }
    }

    /**
     * Notes a check.
     *
     * @param result null: it was of a server elsewhere, which is not the learner's file
     * @param met the requirements that held
     * @throws IOException if it cannot be noted
     */
    void checked(Exercise exercise, String result, List<String> met) throws IOException {
        update(to -> {
            increase(to, exercise, "checks");
            to.setProperty("current", exercise.name());
            to.putIfAbsent(exercise.name() + ".started", now());
            for (int i = 0; result != null && i < met.size(); i++) {
                to.putIfAbsent(exercise.name() + ".held." + met.get(i), now() + " " + i);
            }
            String name = exercise.name() + ".result";
            if (result != null && !to.getProperty(name, "").startsWith("all ")) { // once it was met, it was met
                to.setProperty(name, result);
            }
        });
    }

    private void increase(Properties to, Exercise exercise, String what) {
        to.setProperty(exercise.name() + "." + what, String.valueOf(number(to, exercise, what) + 1));
    }

    /** Changes the progress, as it is now: another command may have changed it meanwhile. */
    private void update(Consumer<Properties> change) throws IOException {
        Files.createDirectories(mine);
        try (FileChannel lock = FileChannel.open(
                        mine.resolve("progress.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock.lock()) {
            progress = read();
            change.accept(progress);
            StringWriter text = new StringWriter();
            progress.store(text, "How far you are. Delete it to forget.");
            Path written = Files.writeString(mine.resolve("progress.new"), text.toString());
            Files.move(written, progressFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Why a file cannot be read or written, in a few words. */
    static String reason(Exception e) {
        String name = e.getClass().getSimpleName();
        return switch (name) {
            case "AccessDeniedException" -> "no permission";
            case "FileSystemException" ->
                e.getMessage().replaceFirst("^.*: ", ""); // without the path, which stands before it
            case "IOException" -> e.getMessage();
            case "MalformedInputException" -> "it is not UTF-8";
            default ->
                e instanceof UncheckedIOException
                        ? reason((Exception) e.getCause())
                        : name.replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                                .replace(" Exception", "")
                                .toLowerCase(Locale.ROOT);
        };
    }
}
