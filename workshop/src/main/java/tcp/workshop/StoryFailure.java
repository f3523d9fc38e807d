package tcp.workshop;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tcp.simulation.story.Contract;
import tcp.simulation.story.Exploration;
import tcp.simulation.story.Failure;
import tcp.simulation.story.ServerFactory;

/** A story on the simulated network in which a server has broken its contract. */
final class StoryFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    private final transient Failure failure;

    private StoryFailure(Failure failure) {
        super(failure.what());
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }

    /**
     * Looks for one.
     *
     * @param contract the name of what must hold
     * @param classes the server's
     * @return empty if there is none among the stories that were played, or not all that the
     *     server uses is simulated
     */
    static Optional<StoryFailure> find(String contract, Map<String, byte[]> classes, Duration most) {
        Exploration exploration = Exploration.of(Contract.of(contract), ServerFactory.of("tcp.Server", classes::get))
                .shrinking(500, Duration.ofMillis(500));
        try {
            Optional<Failure> failure = exploration.run(5_000, most);
            return exploration.notSimulated().isEmpty() ? failure.map(StoryFailure::new) : Optional.empty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
