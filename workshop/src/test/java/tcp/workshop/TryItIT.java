package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tcp.testkit.ServerProcess;

/** What a task tells to try, tried: the command, and the bytes that it says one sees. */
@Execution(ExecutionMode.CONCURRENT)
class TryItIT {
    private static final Pattern SEND =
            Pattern.compile("(?m)^    " + Pattern.quote(Report.RUN) + " send(.*)\n(?s:.*?)\n\n((?:    .*\n)+)");
    private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    static List<Exercise> exercises() {
        return Exercise.ALL;
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void showsWhatTheTaskSays(Exercise exercise, @TempDir Path mine) throws IOException {
        String task = Files.readString(exercise.folder(Checked.PROJECT).resolve("README.md"));
        Matcher send = SEND.matcher(task);
        assertThat(send.find()).as("a command that sends").isTrue();
        String solution = Checked.PROJECT.resolve(exercise.solution()).toString();
        try (ServerProcess server = ServerProcess.java(solution, "0")) {
            List<String> command = new ArrayList<>(
                    List.of("send", "--to", "127.0.0.1:" + server.address().getPort()));
            Matcher argument = ARGUMENT.matcher(send.group(1));
            while (argument.find()) {
                command.add(argument.group(1) != null ? argument.group(1) : argument.group(2));
            }
            Checked shown = Checked.command(mine, command.toArray(new String[0]));
            assertThat(shown.output()).isEqualTo(send.group(2).replaceAll("(?m)^    ", ""));
        }
    }
}
