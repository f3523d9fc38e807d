package tcp.testkit.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemTest {
    /** Whatever the language: in Arabic and Persian, String.format() writes other digits. */
    @Test
    void quotesBytesTheSameInAllLanguages() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("fa-u-nu-arabext"));
            String all = "\r\n\t\"\\\0\u00ffab";
            assertThat(Bytes.escape(all)).isEqualTo("\\r\\n\\t\\\"\\\\\\000\\377ab");
            assertThat(Bytes.unescape(Bytes.escape(all))).isEqualTo(all);
            assertThat(Bytes.unescape("\\x04a\\\\x04")).isEqualTo("\4a\\x04");
            assertThat(Bytes.quote("abc", 2)).isEqualTo("\"ab\" ...");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void deletesFoldersAsAWhole(@TempDir Path folder) throws Exception {
        Path top = folder.resolve("a");
        Files.createDirectories(top.resolve("b/c"));
        Files.writeString(top.resolve("b/file"), "x");
        Folders.delete(top);
        assertThat(top).doesNotExist();
        Folders.delete(top);
    }

    @Test
    void findsPrograms() {
        assertThat(Programs.find("no-such-program")).isEmpty();
        assertThat(Programs.find(Machine.isLinux() ? "sh" : "java")).isPresent();
        assertThat(Programs.refusal(Programs.JAVA.toString(), "-version")).isEmpty();
        assertThat(Programs.refusal(Programs.JAVA.toString(), "-no-such-option").orElseThrow())
                .contains("-no-such-option");
    }
}
