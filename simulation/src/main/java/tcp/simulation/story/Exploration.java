package tcp.simulation.story;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Looks for a story in which a server breaks its contract, and for the shortest that shows it. */
public final class Exploration {
    private final Contract contract;
    private final ServerFactory servers;
    private long seed = 1;
    private Duration shrinking = Duration.ofSeconds(2);
    private Run run;

    private Exploration(Contract contract, ServerFactory servers) {
        this.contract = contract;
        this.servers = servers;
    }

    /** An exploration of that server, for that contract. */
    public static Exploration of(Contract contract, ServerFactory servers) {
        return new Exploration(contract, servers);
    }

    /** Where random choices come from; the same seed gives the same stories. */
    public Exploration seed(long number) {
        seed = number;
        return this;
    }

    /** How long to look for a shorter story once one has failed; 2 s by default. */
    public Exploration shrinking(Duration most) {
        shrinking = most;
        return this;
    }

    /** Plays so many stories, or until one fails. */
    public Optional<Failure> run(long stories) throws InterruptedException {
        return run(stories, Duration.ofDays(1));
    }

    /** Plays so many stories, as far as the time allows, or until one fails. */
    public Optional<Failure> run(long stories, Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        Iterator<Story> families = new Families(contract, seed, stories);
        Failure failure = play(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return families.hasNext() && System.nanoTime() < end;
            }

            @Override
            public Story next() {
                return families.next();
            }
        });
        return Optional.ofNullable(failure == null ? null : shortest(failure));
    }

    /** Plays one story to a new server. */
    public Optional<Failure> replay(Story story) throws InterruptedException {
        return Optional.ofNullable(play(List.of(story).iterator()));
    }

    /** How many stories have been played to their end; from any thread, while it runs, too. */
    public int played() {
        Run current = run;
        return current == null ? 0 : current.played();
    }

    /** What the server has used that the network does not simulate: then a failure may be none. */
    public List<String> notSimulated() {
        return run.notSimulated();
    }

    private Failure play(Iterator<Story> stories) throws InterruptedException {
        run = new Run(contract, servers, stories);
        return run.play();
    }

    private Failure trial(List<Action> some) throws InterruptedException {
        List<Action> actions = Story.renumbered(some);
        return Story.isPossible(actions)
                ? new Run(contract, servers, List.of(new Story(actions)).iterator()).play()
                : null;
    }

    /** The shortest story that fails alike, on a server of its own. */
    private Failure shortest(Failure first) throws InterruptedException {
        long end = System.nanoTime() + shrinking.toNanos();
        Failure failure = alone(first);
        if (failure == null) {
            return first; // only after others, and not even then
        }
        List<List<Action>> shorter = shorter(failure.story().actions());
        for (int i = 0; i < shorter.size() && System.nanoTime() < end; i++) {
            Failure found = trial(shorter.get(i));
            if (failure.isLike(found)) {
                failure = found;
                shorter = shorter(found.story().actions());
                i = -1;
            }
        }
        return failure;
    }

    /** The failure without the stories before it, or with as few as it takes; null: it needs all of them or more. */
    private Failure alone(Failure first) throws InterruptedException {
        List<Story> before = first.before();
        for (int n = 0;
                n <= before.size();
                n = n == 0 ? 1 : n == before.size() ? n + 1 : Math.min(2 * n, before.size())) {
            List<Story> stories = new ArrayList<>(before.subList(before.size() - n, before.size()));
            stories.add(first.story());
            Failure found = trial(Story.inARow(stories).actions());
            if (first.isLike(found)) {
                return found;
            }
        }
        return null;
    }

    /** Smaller stories to try: without some actions, with earlier moments, with less text. */
    private static List<List<Action>> shorter(List<Action> actions) {
        List<List<Action>> shorter = new ArrayList<>();
        actions.stream()
                .mapToInt(Action::client)
                .distinct()
                .forEach(client -> shorter.add(actions.stream()
                        .filter(action -> !action.hasClient() || action.client() != client)
                        .toList()));
        for (int n = actions.size() / 2; n > 0; n /= 2) {
            for (int from = actions.size() - n; from >= 0; from -= Math.max(1, n / 2)) {
                List<Action> without = new ArrayList<>(actions);
                without.subList(from, from + n).clear();
                shorter.add(without);
            }
        }
        for (int i = 0; i < actions.size(); i++) {
            Action action = actions.get(i);
            if (action.call() != Action.ASLEEP) {
                shorter.add(with(actions, i, action.at(Action.ASLEEP)));
                if (action.call() > 1) {
                    shorter.add(with(actions, i, action.at(action.call() - 1)));
                }
            }
            String text = action.text();
            if (text != null && text.length() > 1) {
                for (int n = text.length() / 2; n > 0; n /= 2) {
                    for (int from = 0; from + n <= text.length(); from += n) {
                        String less = text.substring(0, from) + text.substring(from + n);
                        shorter.add(with(
                                actions,
                                i,
                                new Action(action.what(), action.client(), less, action.number(), action.call())));
                    }
                }
            }
            if (action.number() > 1) {
                for (long number : new long[] {1, action.number() / 2, action.number() - 1}) {
                    shorter.add(
                            with(actions, i, new Action(action.what(), action.client(), text, number, action.call())));
                }
            }
        }
        return shorter;
    }

    private static List<Action> with(List<Action> actions, int i, Action other) {
        List<Action> changed = new ArrayList<>(actions);
        changed.set(i, other);
        return changed;
    }
}
