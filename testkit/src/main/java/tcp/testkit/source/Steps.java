package tcp.testkit.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The five steps of the course, in their order. */
public enum Steps {
    INIT("step1-init"),
    DISCARD("step2-discard"),
    READ("step3-read"),
    WRITE("step4-write"),
    HTTP("step5-http");

    /** The step's folder, which is also the name of its module and its chapter. */
    public final String folder;

    Steps(String folder) {
        this.folder = folder;
    }

    /** Its number, from 1. */
    public int number() {
        return ordinal() + 1;
    }

    /** The one before it, or null for the first. */
    public Steps before() {
        return this == INIT ? null : values()[ordinal() - 1];
    }

    /** Where its server's source is. */
    public Path file() {
        return project().resolve(folder).resolve("src/main/java/tcp/Server.java");
    }

    /** The lines of its server's source. */
    public List<String> source() {
        try {
            return Files.readAllLines(file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The project's folder: the nearest one, from the working directory upwards, that has
     * the steps in it.
     *
     * @throws IllegalStateException if there is none
     */
    public static Path project() {
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve(INIT.folder)) && Files.isDirectory(folder.resolve(HTTP.folder))) {
                return folder;
            }
        }
        throw new IllegalStateException("Start this in the project's folder, or in one below it. This is " + here);
    }
}
