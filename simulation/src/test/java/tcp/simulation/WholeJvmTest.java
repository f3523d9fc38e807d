package tcp.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A JVM whose provider is the simulated one, and one that has a limit of descriptors: both print the same. */
@Timeout(60)
class WholeJvmTest {
    private static String output(String jvmOption) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(List.of(
                        "sh",
                        "-c",
                        "ulimit -n 100 && exec \"$@\"",
                        "sh",
                        java,
                        jvmOption,
                        "-cp",
                        System.getProperty("java.class.path"),
                        OutOfDescriptors.class.getName()))
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void withoutDescriptorsAcceptAndOpenFailAsInReality() throws Exception {
        String real = output("-Dnothing=special");
        assertThat(real).contains("accept: Too many open files\n");
        assertThat(output("-Djava.nio.channels.spi.SelectorProvider=tcp.simulation.SimulatedSelectorProvider"))
                .isEqualTo("simulated\n" + real);
    }
}
