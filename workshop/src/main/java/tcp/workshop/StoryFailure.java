package tcp.workshop;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tcp.simulation.story.Contract;
import tcp.simulation.story.Exploration;
import tcp.simulation.story.Failure;
import tcp.simulation.story.Loopback;
import tcp.simulation.story.ServerFactory;
import tcp.testkit.system.UserError;

/** A story on the simulated network in which a server has broken its contract. */
final class StoryFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    /** How many are played, where the time allows. */
    static final int STORIES = 5_000;

    private final transient Failure failure;
    private final boolean showsOnLoopback;

    private StoryFailure(Failure failure, Contract contract, ClassLoader servers) {
        super(failure.what());
        this.failure = failure;
        showsOnLoopback = Loopback.shows(failure, contract, servers).orElse(true);
    }

    Failure failure() {
        return failure;
    }

    /** Whether it has shown on real sockets, too, or cannot be tried there. */
    boolean showsOnLoopback() {
        return showsOnLoopback;
    }

    /**
     * Where one is looked for.
     *
     * @throws UserError if there is no such contract
     */
    static Exploration exploration(Exercise exercise, Map<String, byte[]> classes) {
        return Exploration.of(contract(exercise), ServerFactory.of("tcp.Server", classes::get))
                .shrinking(500, Duration.ofSeconds(3));
    }

    /** One of those that all know, or by the name of its class, that of an exercise. */
    private static Contract contract(Exercise exercise) {
        String name = exercise.stories();
        try {
            return name.contains(".")
                    ? (Contract) Class.forName(name).getField("CONTRACT").get(null)
                    : Contract.of(name);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            throw new UserError("""
                    %s says "stories: %s". That must be a contract that the simulation knows, such as echo, or a class \
                    with a public static field CONTRACT, such as %s.Rules. If it is new, build it: %s""".formatted(exercise.task(), name, exercise.name(), Report.BUILD));
        }
    }

    /** Looks for one; empty if there is none among the stories that were played, or not all is simulated. */
    static Optional<StoryFailure> find(Exploration exploration, Exercise exercise, ClassLoader servers) {
        try {
            Optional<Failure> failure = exploration.run(STORIES, Duration.ofSeconds(6));
            return exploration.notSimulated().isEmpty()
                    ? failure.map(it -> new StoryFailure(it, contract(exercise), servers))
                    : Optional.empty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
