package tcp.testkit.server;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import tcp.testkit.server.ServerFault.Kind;

/** The server's jar in a container, reached through a published port. */
public final class ContainerServer extends RunningServer {
    static final String STATUSES = "137 is a kill, by the kernel if it was out of memory; 1 with a stack trace is an"
            + " exception that ended the loop.";

    private final ProgramContainer container;
    private boolean closed;

    private ContainerServer(ProgramContainer container) {
        this.container = container;
    }

    /** Starts it. Skips the test if there is no container engine that can. */
    static ContainerServer start(Path jar) {
        ProgramContainer container = ProgramContainer.server(jar);
        container.start();
        return new ContainerServer(container);
    }

    public ProgramContainer container() {
        return container;
    }

    @Override
    public InetSocketAddress address() {
        return container.address();
    }

    @Override
    public List<String> out() {
        return container.lines(OutputType.STDOUT).stream()
                .filter(line -> !line.startsWith(LISTENING))
                .toList();
    }

    @Override
    public List<String> err() {
        return container.lines(OutputType.STDERR);
    }

    @Override
    public Duration cpuTime() {
        return Assumptions.abort("CPU times are not taken in containers");
    }

    @Override
    Optional<ServerFault> fault() {
        return closed || container.isRunning()
                ? Optional.empty()
                : Optional.of(new ServerFault(Kind.LOOP_ENDED, """
                        The server has ended. Nothing in the test asked it to.
                        %s""".formatted(container.report()), STATUSES));
    }

    @Override
    public void close() {
        closed = true;
        container.stop();
    }

    @Override
    public void awaitEnd() {
        container.awaitExit(Duration.ofSeconds(10));
    }
}
