package tcp.docs.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import tcp.docs.page.Docs;
import tcp.step5.HttpContract;
import tcp.testkit.Thorough;
import tcp.testkit.server.ServerProcess;
import tcp.testkit.source.SourceCompiler;
import tcp.testkit.system.Programs;

/** The server of blocking-on-a-selector.md keeps the contract of step 5, as a process of a newer JDK. */
@Isolated("it asks for an answer within a second, and others load the machine")
class BlockingServerIT {
    @Thorough
    @Test
    void keepsTheContractOfStep5(@TempDir Path classes) {
        Path java = Programs.java(21);
        Path source = Docs.read().root().resolve("docs/try/BlockingServer.java");
        List<String> compile = List.of(
                java.resolveSibling("javac").toString(),
                "--release",
                "21",
                "-d",
                classes.toString(),
                SourceCompiler.STRICT.get(0),
                SourceCompiler.STRICT.get(1),
                source.toString());
        try (ServerProcess compiler = ServerProcess.command(compile)) {
            assertThat(compiler.awaitExit()).as(compiler.toString()).isZero();
        }
        // "stretch": what step 5 does beyond its promise, with less memory than a stack takes.
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(HttpContract.class))
                .filters(TagFilter.excludeTags("inside | simulated | container | stretch | given"))
                .configurationParameter("server", "process")
                .configurationParameter("server.java", java.toString())
                .configurationParameter("server.classes", classes.toString())
                .configurationParameter("server.main", "BlockingServer")
                .configurationParameter("server.source", source.toString())
                .build();
        SummaryGeneratingListener results = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, results);
        StringWriter failures = new StringWriter();
        results.getSummary().printFailuresTo(new PrintWriter(failures), 0);
        assertThat(failures.toString()).isEmpty();
        assertThat(results.getSummary().getTestsSucceededCount()).isGreaterThan(40);
    }
}
