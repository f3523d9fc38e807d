package tcp.simulation.story;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tcp.simulation.story.Action.What;

/**
 * What clients do, step by step, and what the network chooses. Its text has an action in each line,
 * or several with semicolons between them.
 *
 * @throws IllegalArgumentException such a story cannot happen; the message says why
 */
public record Story(List<Action> actions) {
    private static final Pattern PARTS = Pattern.compile("(?:[^;\\n\"]|\"(?:\\\\.|[^\"\\\\])*\"?)+");

    /** How far a client has come. */
    private enum Stage {
        OPEN,
        HALF_CLOSED,
        GONE
    }

    public Story {
        actions = List.copyOf(actions);
        String problem = problem(actions, new ArrayList<>());
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
    }

    /** Reads what {@link #toString} writes. */
    public static Story parse(String text) {
        return new Story(PARTS.matcher(text)
                .results()
                .map(MatchResult::group)
                .filter(part -> !part.isBlank())
                .map(Action::parse)
                .toList());
    }

    /** Why that cannot happen; null: it can. Leaves in the list how far each client has come. */
    private static String problem(List<Action> actions, List<Stage> stages) {
        for (Action action : actions) {
            int client = action.client();
            Stage stage = client < stages.size() ? stages.get(client) : null;
            What what = action.what();
            if (what == What.CONNECTS) {
                if (client != stages.size()) {
                    return "%s cannot happen: clients connect once, A first, and now it is the turn of %s."
                            .formatted(action, Action.name(stages.size()));
                }
                stages.add(Stage.OPEN);
            } else if (what.isOfClient()) {
                String name = Action.name(client);
                if (stage == null) {
                    return "%s cannot happen: %s has not connected.".formatted(action, name);
                } else if (stage == Stage.GONE) {
                    return "%s cannot happen: %s has gone.".formatted(action, name);
                } else if (what == What.SENDS || what == What.SENDS_MANY || what == What.HALF_CLOSES) {
                    if (stage == Stage.HALF_CLOSED) {
                        return "%s cannot happen: %s has ended its half.".formatted(action, name);
                    }
                    stages.set(client, what == What.HALF_CLOSES ? Stage.HALF_CLOSED : stage);
                } else if (what == What.CLOSES || what == What.RESETS) {
                    stages.set(client, Stage.GONE);
                }
            }
        }
        return null;
    }

    static boolean isPossible(List<Action> actions) {
        return problem(actions, new ArrayList<>()) == null;
    }

    /** With A for the first that connects, and so on, and without those who never do. */
    static List<Action> renumbered(List<Action> actions) {
        List<Integer> order = actions.stream()
                .filter(action -> action.what() == What.CONNECTS)
                .map(Action::client)
                .toList();
        return actions.stream()
                .filter(action -> !action.hasClient() || order.contains(action.client()))
                .map(action -> action.by(Math.max(0, order.indexOf(action.client()))))
                .toList();
    }

    /** How it goes on, so that all is as before: the network hinders nobody, and all clients leave. */
    List<Action> ending() {
        List<Stage> stages = new ArrayList<>();
        problem(actions, stages);
        List<Action> ending = new ArrayList<>();
        if (uses(What.NO_DESCRIPTORS)) {
            ending.add(Action.of(What.DESCRIPTORS, 0));
            ending.add(Action.of(What.PASS, 0, 1_000));
        }
        if (uses(What.BUFFERS)) {
            ending.add(Action.of(What.BUFFERS, 0, Run.BUFFER));
        }
        for (int client = 0; client < stages.size(); client++) {
            int it = client;
            if (stages.get(client) != Stage.GONE) {
                if (actions.stream().anyMatch(action -> action.what() == What.STOPS_READING && action.client() == it)) {
                    ending.add(Action.of(What.READS_ON, client));
                }
                ending.add(Action.of(What.CLOSES, client));
            }
        }
        return ending;
    }

    private boolean uses(What what) {
        return actions.stream().anyMatch(action -> action.what() == what);
    }

    /** One story after the other, as one. */
    static Story inARow(List<Story> stories) {
        List<Action> all = new ArrayList<>();
        int clients = 0;
        for (Story story : stories) {
            List<Action> actions = new ArrayList<>(story.actions);
            actions.addAll(story == stories.get(stories.size() - 1) ? List.of() : story.ending());
            for (Action action : actions) {
                all.add(action.by(action.client() + clients));
            }
            clients += (int) story.actions.stream()
                    .filter(action -> action.what() == What.CONNECTS)
                    .count();
        }
        return new Story(all);
    }

    /** On one line, as the replay command takes it. */
    public String onOneLine() {
        return toString().replace("\n", "; ");
    }

    @Override
    public String toString() {
        return String.join("\n", actions.stream().map(Action::toString).toList());
    }
}
