package tcp.workshop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tcp.testkit.source.Steps;
import tcp.testkit.system.UserError;

/** A slip in the file of a wrong answer is told: it would only mean that a learner is told nothing, or half of it. */
@DisabledIfSystemProperty(named = "workshop.only", matches = ".*", disabledReason = "only an exercise is to be tried")
class WrongAnswerTest {
    private static final String RIGHT = """
            It does not hang up.

            Breaks: hangsUp
            When: SILENT answered, !SENDS, "\\\\000", IOException
            Tell: Call close(),
             and then return.
            @@
            -            client.close();
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            Breaks:             | Break:            | "Break: hangsUp" is no line that is known
            ' and then'         | and then          | "and then return." is no line that is known
            Breaks: hangsUp     | ''                | it does not say what it Breaks
            Breaks: hangsUp     | 'Breaks: hangsUp\\nSee: exits' | it must have a line Tell or a line See, and not both
            SILENT              | SILNET            | SILNET, in When, is no fact
            !SENDS              | !SEND             | !SEND, in When, is no fact
            Breaks: hangsUp     | 'Breaks: hangsUp\\nBase: start' | Base can only be starter
            Breaks: hangsUp     | 'Breaks: hangsUp\\nFor: most'   | For can only be all
            '@@\\n-            client.close();' | ''  | it has no change
            'client.close();'   | 'server.close();' | The file has no such lines
            """)
    void slipsAreTold(String right, String slip, String said) throws IOException {
        Exercise exercise = Exercise.named("step2", Steps.project());
        Path wrong = Files.createDirectory(folder.resolve("wrong"));
        Path file = Files.writeString(wrong.resolve("stays.diff"), RIGHT);
        WrongAnswer.read(exercise, file).source();
        Files.writeString(file, RIGHT.replace(right.translateEscapes(), slip.translateEscapes()));
        assertThatThrownBy(() -> WrongAnswer.read(exercise, file).source())
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(file.toString(), said);
    }
}
