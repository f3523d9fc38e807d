package tcp.simulation.story;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import tcp.simulation.story.Action.What;

/** Looks for a story in which a server breaks its contract, and for the shortest that shows it. */
public final class Exploration {
    private final Contract contract;
    private final ServerFactory servers;
    private long seed = 1;
    private int trials = 1_000;
    private Duration shrinking = Duration.ofSeconds(20);
    private IntConsumer watcher = played -> {};
    private volatile boolean stopped;
    private Run run;

    private Exploration(Contract contract, ServerFactory servers) {
        this.contract = contract;
        this.servers = servers;
    }

    /** An exploration of those servers, for that contract. */
    public static Exploration of(Contract contract, ServerFactory servers) {
        return new Exploration(contract, servers);
    }

    /** Where random choices come from: the same seed gives the same stories. */
    public Exploration seed(long number) {
        seed = number;
        return this;
    }

    /** How many shorter stories to try when one has failed, and for how long; 1,000 and 20 s by default. */
    public Exploration shrinking(int most, Duration longest) {
        trials = most;
        shrinking = longest;
        return this;
    }

    /** Who is told, some times a second, how many stories have been played. */
    public Exploration watchedBy(IntConsumer who) {
        watcher = who;
        return this;
    }

    /** Plays so many stories, as far as the time allows, or until one fails. */
    public Optional<Failure> run(long stories, Duration most) throws InterruptedException {
        return run(new Families(contract, seed, stories), most);
    }

    /** Plays every story of some kinds, or until one fails: see {@link Families#every}. */
    public Optional<Failure> runEvery(Duration most) throws InterruptedException {
        return run(Families.every(contract), most);
    }

    private Optional<Failure> run(Iterator<Story> all, Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        Failure failure = play(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext() && System.nanoTime() < end && !stopped;
            }

            @Override
            public Story next() {
                return all.next();
            }
        });
        // Each shorter story would run out of memory again.
        boolean outOfMemory = failure != null && failure.thrown() instanceof VirtualMachineError;
        return Optional.ofNullable(failure == null || outOfMemory ? failure : shortest(failure));
    }

    /** From any thread: plays no further story. */
    public void stop() {
        stopped = true;
    }

    /** Plays one story to a new server. */
    public Optional<Failure> replay(Story story) throws InterruptedException {
        return Optional.ofNullable(play(List.of(story).iterator()));
    }

    /** How many stories have been played to their end. */
    public int played() {
        return run.played();
    }

    /** What the server has used that the network does not simulate: then a failure may be none. */
    public List<String> notSimulated() {
        return run.notSimulated();
    }

    private Failure play(Iterator<Story> stories) throws InterruptedException {
        run = new Run(contract, servers, stories);
        return run.play(watcher);
    }

    /** How those actions, if they can happen, fail on a server of their own; null: not. */
    private Failure trial(List<Action> actions) throws InterruptedException {
        return Story.isPossible(actions)
                ? new Run(contract, servers, List.of(new Story(actions)).iterator()).play(played -> {})
                : null;
    }

    private Failure shortest(Failure first) throws InterruptedException {
        Failure failure = alone(first);
        List<List<Action>> shorter = shorter(failure.story().actions());
        long end = System.nanoTime() + shrinking.toNanos();
        int left = first.kind() == Failure.Kind.STUCK ? 0 : trials; // each would leave a thread that computes
        for (int i = 0; failure.before().isEmpty() && i < shorter.size(); i++) {
            if (left-- == 0 || System.nanoTime() > end) {
                break;
            }
            Failure found = trial(Story.renumbered(shorter.get(i)));
            if (failure.isLike(found)) {
                failure = found;
                shorter = shorter(found.story().actions());
                i = -1;
            }
        }
        return failure;
    }

    /** The failure as one story, with as few of the stories before it as it takes. */
    private Failure alone(Failure first) throws InterruptedException {
        int most = first.before().size();
        for (int n = 0; n <= most; n = n == most ? most + 1 : Math.min(2 * n + 1, most)) {
            Failure found = trial(Story.inARow(first.before().subList(most - n, most), first.story())
                    .actions());
            if (first.isLike(found)) {
                return found;
            }
        }
        return first;
    }

    /** The stories that an exploration plays: the same seed gives the same ones. */
    public static Iterator<Story> stories(Contract contract, long seed, long most) {
        return new Families(contract, seed, most);
    }

    /** What is left of a story when all has gone that it does not take. */
    public static Story shrunk(Story story, Predicate<Story> holds) {
        Story shortest = story;
        List<List<Action>> shorter = shorter(story.actions());
        for (int i = 0; i < shorter.size(); i++) {
            List<Action> actions = Story.renumbered(shorter.get(i));
            if (Story.isPossible(actions) && holds.test(new Story(actions))) {
                shortest = new Story(actions);
                shorter = shorter(actions);
                i = -1;
            }
        }
        return shortest;
    }

    /** Simpler stories to try: without some actions, with simpler moments, less text, smaller numbers. */
    private static List<List<Action>> shorter(List<Action> actions) {
        List<List<Action>> shorter = new ArrayList<>();
        for (int n = actions.size() / 2; n > 0; n /= 2) {
            for (int from = actions.size() - n; from >= 0; from -= (n + 1) / 2) {
                List<Action> without = new ArrayList<>(actions);
                without.subList(from, from + n).clear();
                shorter.add(without);
            }
        }
        for (Action connects : actions) { // without one client
            if (connects.what() == What.CONNECTS) {
                shorter.add(
                        actions.stream().filter(action -> action != connects).toList());
            }
        }
        for (int i = 0; i < actions.size(); i++) {
            for (Action simpler : simpler(actions.get(i))) {
                List<Action> changed = new ArrayList<>(actions);
                changed.set(i, simpler);
                shorter.add(changed);
            }
        }
        return shorter;
    }

    private static List<Action> simpler(Action action) {
        List<Action> simpler = new ArrayList<>();
        if (action.call() != Action.ASLEEP) {
            simpler.add(action.at(Action.ASLEEP));
        }
        if (action.call() > 1) {
            simpler.add(action.at(action.call() - 1));
        }
        String text = action.text();
        for (int n = text == null ? 0 : text.length() / 2; n > 0; n /= 2) {
            for (int from = 0; from + n <= text.length(); from += n) {
                simpler.add(action.with(text.substring(0, from) + text.substring(from + n), action.number()));
            }
        }
        for (long number = 1; number < action.number(); number = Math.max(number + 1, (number + action.number()) / 2)) {
            simpler.add(action.with(text, number));
        }
        return simpler;
    }
}
