package tcp.workshop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import tcp.workshop.CheckProcess.Outcome;

/**
 * Checks of many servers, some at a time, since most of the time of one check is spent in
 * waiting. A process that has come to no harm checks the next server.
 */
final class Checks implements AutoCloseable {
    private final Path project;
    private final Path folder;
    private final Path[] classPath;
    private final BlockingDeque<CheckProcess> idle = new LinkedBlockingDeque<>();
    private final ExecutorService threads;

    /** What came of a check, and what it said. */
    record Said(Outcome outcome, String text) {
        @Override
        public String toString() {
            return "what came of it: " + outcome.result() + "\n" + text;
        }
    }

    /**
     * @param folder for the sources
     * @param classPath where more requirements are, if any
     */
    Checks(Path project, Path folder, int atATime, Path... classPath) {
        this.project = project;
        this.folder = folder;
        this.classPath = classPath;
        threads = Executors.newFixedThreadPool(atATime);
    }

    /** Checks this source, when its turn has come. */
    CompletableFuture<Said> check(Exercise exercise, String source, String name) {
        return CompletableFuture.supplyAsync(() -> checkNow(exercise, source, name), threads);
    }

    private Said checkNow(Exercise exercise, String source, String name) {
        CheckProcess process = idle.poll();
        process = process == null ? new CheckProcess(classPath) : process;
        StringBuilder text = new StringBuilder();
        try {
            Path tcp = Files.createDirectories(folder.resolve(name).resolve("tcp"));
            Path file = Files.writeString(tcp.resolve("Server.java"), source);
            return new Said(process.check(exercise, project, file, "", text::append), text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (process.isReusable()) {
                idle.push(process);
            } else {
                process.close();
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        idle.forEach(CheckProcess::close);
    }
}
