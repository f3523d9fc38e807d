package tcp.workshop;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tcp.testkit.Unmet;
import tcp.testkit.client.UnexpectedResponse;
import tcp.testkit.server.ServerFault;

/**
 * A requirement that is not met, and what there is to know of it.
 *
 * @param requirement the name of the test method
 * @param which with which of its values, in words, or ""
 * @param thrown what the test threw; null if it did not come to an end
 */
record Failure(String requirement, String which, Throwable thrown) {

    /** What is wrong with the server itself, if that is known. */
    Optional<ServerFault> fault() {
        return thrown instanceof ServerFault fault ? Optional.of(fault) : Optional.empty();
    }

    /** What a client saw, if it is a client that saw it. */
    Optional<UnexpectedResponse> response() {
        return thrown == null
                ? Optional.empty()
                : Stream.concat(Stream.of(thrown), Stream.of(thrown.getSuppressed()))
                        .filter(UnexpectedResponse.class::isInstance)
                        .map(UnexpectedResponse.class::cast)
                        .findFirst();
    }

    /** What happened, in words: of the server, and of a test that has seen something of it. */
    String happened() {
        return unmet().map(e -> e instanceof Unmet unmet ? unmet.happened() : String.valueOf(e.getMessage()))
                .collect(Collectors.joining("\n"));
    }

    /** What to look at, or "". */
    String lookAt() {
        return unmet().filter(Unmet.class::isInstance)
                .map(e -> ((Unmet) e).lookAt())
                .filter(lookAt -> !lookAt.isEmpty())
                .findFirst()
                .orElse("");
    }

    private Stream<Throwable> unmet() {
        return Stream.concat(Stream.of(thrown), fault().stream().flatMap(fault -> Stream.of(fault.getSuppressed())));
    }

    /** The exception that came out of the server, or out of the test for want of a better one. */
    Optional<Throwable> exception() {
        if (thrown instanceof StoryFailure story) {
            return Optional.ofNullable(story.failure().thrown());
        }
        return fault().isPresent()
                ? fault().filter(fault -> isException(fault.kind()))
                        .map(Throwable::getCause)
                        .filter(cause -> cause.getClass() != Throwable.class) // that is where a thread is
                : Optional.ofNullable(thrown).filter(e -> !(e instanceof AssertionError));
    }

    private static boolean isException(ServerFault.Kind kind) {
        return switch (kind) {
            case DOES_NOT_START, LOOP_ENDED, THREAD_ENDED, DOES_NOT_END -> true;
            default -> false;
        };
    }

    /** What happened first of all, as one word. */
    String kind() {
        if (thrown instanceof StoryFailure story) {
            return story.failure().kind().name();
        }
        return fault().map(fault -> fault.kind().name())
                .or(() -> response().map(response -> response.symptom().name()))
                .orElse(thrown == null ? "NO_RESULT" : exception().isPresent() ? "EXCEPTION" : "OTHER");
    }

    /** All that is known, as words; see {@link Diagnosis}. */
    Set<String> facts() {
        Set<String> facts = new LinkedHashSet<>(Set.of(kind()));
        if (thrown instanceof StoryFailure story) {
            story.failure()
                    .story()
                    .actions()
                    .forEach(action -> facts.add(action.what().name()));
        }
        response().ifPresent(response -> {
            facts.add(response.symptom().name());
            facts.add(response.exchange().receivedBytes() > 0 ? "answered" : "unanswered");
        });
        for (Throwable e = exception().orElse(null); e != null; e = e.getCause()) {
            for (Class<?> type = e.getClass(); type != Throwable.class; type = type.getSuperclass()) {
                facts.add(type.getSimpleName());
            }
        }
        return facts;
    }
}
