package tcp.bench;

import io.hyperfoil.api.config.Benchmark;
import io.hyperfoil.api.config.BenchmarkBuilder;
import io.hyperfoil.api.statistics.StatisticsSnapshot;
import io.hyperfoil.core.impl.LocalSimulationRunner;
import io.hyperfoil.core.steps.StopwatchBeginStep;
import io.hyperfoil.http.api.HttpMethod;
import io.hyperfoil.http.config.HttpPluginBuilder;
import io.hyperfoil.http.config.Protocol;
import io.hyperfoil.http.steps.HttpStepCatalog;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Load at a fixed rate, with Hyperfoil. New requests begin when they are due, whether
 * earlier ones have been answered or not, and a request that waits for a free connection
 * has its waiting counted. A generator that asks again only once it is answered leaves
 * out just those waits (coordinated omission).
 */
final class Rate {
    private static final String REQUEST = "request";
    private static final String SENT = "sent"; // the time from sending only: not used

    static {
        System.setProperty("io.netty.noUnsafe", "true"); // newer JDKs warn of it
        // Hyperfoil tells of each connection, between our lines.
        Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
    }

    private Rate() {}

    /**
     * Asks for seconds, after 300 ms that do not count.
     *
     * @param pipelined
     *            requests that may be under way on one connection
     */
    static Load run(int port, int connections, int pipelined, int rate, int seconds) {
        BenchmarkBuilder builder = BenchmarkBuilder.builder().name("rate").threads(1);
        HttpPluginBuilder http = builder.addPlugin(HttpPluginBuilder::new);
        http.ergonomics().repeatCookies(false).userAgentFromSession(false);
        http.http()
                .protocol(Protocol.HTTP)
                .host("127.0.0.1")
                .port(port)
                .allowHttp2(false)
                .sharedConnections(connections)
                .pipeliningLimit(pipelined);
        phase(builder, "before", rate, 300);
        phase(builder, "counted", rate, 1000L * seconds).startAfterStrict("before");
        Benchmark benchmark = builder.build();
        Histogram waits = new Histogram(3);
        AtomicLong errors = new AtomicLong();
        new LocalSimulationRunner(
                        benchmark,
                        (phase, step, metric, snapshot, done) -> {
                            if (phase.name().equals("counted")) {
                                synchronized (waits) {
                                    if (metric.equals(SENT)) {
                                        errors.addAndGet(errors(snapshot));
                                    } else {
                                        waits.add(snapshot.histogram);
                                    }
                                }
                            }
                        },
                        null,
                        null)
                .run();
        synchronized (waits) {
            return new Load(
                    waits.getTotalCount(),
                    seconds,
                    waits.getValueAtPercentile(50) / 1e3,
                    waits.getValueAtPercentile(99) / 1e3,
                    errors.get());
        }
    }

    private static long errors(StatisticsSnapshot snapshot) {
        return snapshot.invalid + snapshot.connectionErrors + snapshot.requestTimeouts + snapshot.internalErrors;
    }

    private static io.hyperfoil.api.config.PhaseBuilder<?> phase(
            BenchmarkBuilder builder, String name, int rate, long milliseconds) {
        var phase = builder.addPhase(name)
                .constantRate(rate)
                .variance(false)
                .maxSessions(2 * rate)
                .duration(milliseconds)
                .maxDuration(milliseconds + 3000);
        var sequence = phase.scenario().maxRequests(1).initialSequence(REQUEST);
        var waiting = new StopwatchBeginStep.Builder(sequence);
        sequence.stepBuilder(waiting);
        waiting.step(HttpStepCatalog.SC)
                .httpRequest(HttpMethod.GET)
                .path("/")
                .metric(SENT)
                .endStep();
        return phase;
    }
}
