package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.ReflectionSupport;
import tcp.testkit.Thorough;
import tcp.testkit.source.Steps;

/** What a task tells you to try, tried: the command, and the bytes that it says you see. */
@Execution(ExecutionMode.CONCURRENT)
@EnabledIf(value = "isAsked", disabledReason = "it takes long: add -Dthorough=true, or -Dworkshop.only=echo")
class TryItIT {
    static boolean isAsked() {
        return Thorough.Asked.isSo() || VerdictIT.ONLY != null;
    }

    private static final Pattern SEND =
            Pattern.compile("(?m)^    " + Pattern.quote(Report.RUN) + " send(.*)\n(?s:.*?)\n\n((?:    .*\n)+)");
    private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    static List<Exercise> exercises() {
        return VerdictIT.selected();
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void showsWhatTheTaskSays(Exercise exercise) throws Exception {
        Matcher send = SEND.matcher(Files.readString(exercise.task()));
        assertThat(send.find())
                .as("a command that sends, in the task of %s", exercise.name())
                .isTrue();
        System.setProperty("target", "127.0.0.1:1"); // of the proxy: nobody listens there
        Submission solution = Submission.compile(exercise.solution(), "Server.java");
        Class<?> type = solution.loader().loadClass("tcp.Server");
        Method run = type.getMethod("run");
        try (AutoCloseable server =
                (AutoCloseable) type.getConstructor(int.class).newInstance(0)) {
            var loop = CompletableFuture.supplyAsync(
                    () -> ReflectionSupport.invokeMethod(run, server), call -> new Thread(call).start());
            List<String> command = new ArrayList<>(List.of(
                    "send", "--to", "127.0.0.1:" + type.getMethod("port").invoke(server)));
            Matcher argument = ARGUMENT.matcher(send.group(1).replaceFirst("^ --to \\S+", ""));
            while (argument.find()) {
                command.add(argument.group(1) != null ? argument.group(1) : argument.group(2));
            }
            ByteArrayOutputStream shown = new ByteArrayOutputStream();
            Main.command(Steps.project(), new PrintStream(shown, true, StandardCharsets.UTF_8))
                    .execute(command.toArray(new String[0]));
            assertThat(shown.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"))
                    .as("what comes back, in the task of %s", exercise.name())
                    .isEqualTo(send.group(2).replaceAll("(?m)^    ", ""));
            server.close();
            loop.get(5, TimeUnit.SECONDS);
        }
    }
}
