package tcp.simulation.story;

import java.util.ArrayList;
import java.util.List;
import tcp.simulation.story.Action.What;

/**
 * What clients do, step by step, and what the network chooses. In its text each action is a line, or
 * semicolons stand between them.
 *
 * @throws IllegalArgumentException such a story cannot happen; the message says why
 */
public record Story(List<Action> actions) {
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

    /** Reads what {@link #toString} and {@link #onOneLine} write. */
    public static Story parse(String text) {
        List<Action> actions = new ArrayList<>();
        int from = 0;
        for (int at = 0; at <= text.length(); at++) {
            if (at == text.length() || text.charAt(at) == ';' || text.charAt(at) == '\n') {
                String action = text.substring(from, at).trim();
                if (!action.isEmpty()) {
                    actions.add(Action.parse(action));
                }
                from = at + 1;
            } else if (text.charAt(at) == '"') {
                int end = Action.endOfQuoted(text, at);
                at = (end < 0 ? text.length() : end) - 1;
            }
        }
        return new Story(actions);
    }

    /** Why that cannot happen; null: it can. Leaves in the list how far each client has come. */
    private static String problem(List<Action> actions, List<Stage> stages) {
        boolean ended = false;
        for (Action action : actions) {
            What what = action.what();
            int client = action.client();
            Stage stage = client < stages.size() ? stages.get(client) : null;
            String problem = ended && what.isEnd() ? "the server has been told to end" : null;
            ended |= what.isEnd();
            if (what == What.CONNECTS) {
                stages.add(Stage.OPEN);
                problem = client == stages.size() - 1
                        ? null
                        : "clients connect once, A first, and the next is " + Action.name(stages.size() - 1);
            } else if (what.ofClient && stage != Stage.OPEN) {
                problem = stage == null
                        ? Action.name(client) + " has not connected"
                        : stage == Stage.GONE
                                ? Action.name(client) + " has gone"
                                : what.hasText || what == What.HALF_CLOSES
                                        ? Action.name(client) + " has ended its half"
                                        : null;
            }
            if (problem != null) {
                return action + " cannot happen: " + problem + ".";
            } else if (what == What.HALF_CLOSES) {
                stages.set(client, Stage.HALF_CLOSED);
            } else if (what == What.CLOSES || what == What.RESETS) {
                stages.set(client, Stage.GONE);
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
                .filter(action -> !action.what().hasClient || order.contains(action.client()))
                .map(action -> action.by(order.indexOf(action.client())))
                .toList();
    }

    /** How it goes on, so that all is as before: the network hinders nobody, and all clients leave. */
    List<Action> ending() {
        List<Stage> stages = new ArrayList<>();
        problem(actions, stages);
        List<Action> ending = new ArrayList<>();
        if (uses(What.FEW_DESCRIPTORS, 0) || uses(What.NO_DESCRIPTORS, 0)) {
            ending.add(Action.of(What.DESCRIPTORS, 0, 0));
            ending.add(Action.of(What.PASS, 0, 1_000));
        }
        if (uses(What.BUFFERS, 0)) {
            ending.add(Action.of(What.BUFFERS, 0, Player.BUFFER));
        }
        for (int client = 0; client < stages.size(); client++) {
            if (stages.get(client) != Stage.GONE) {
                if (uses(What.STOPS_READING, client)) {
                    ending.add(Action.of(What.READS_ON, client, 0));
                }
                ending.add(Action.of(What.CLOSES, client, 0));
            }
        }
        return ending;
    }

    private boolean uses(What what, int client) {
        for (Action action : actions) {
            if (action.what() == what && action.client() == client) {
                return true;
            }
        }
        return false;
    }

    /** One after the other, as one story. */
    static Story inARow(List<Story> stories, Story last) {
        List<Action> all = new ArrayList<>();
        List<Stage> stages = new ArrayList<>();
        for (Story story : stories) {
            int clients = stages.size();
            List<Action> actions = new ArrayList<>(story.actions);
            actions.addAll(story.ending());
            actions.forEach(action -> all.add(action.by(action.client() + clients)));
            stages.clear();
            problem(all, stages);
        }
        last.actions.forEach(action -> all.add(action.by(action.client() + stages.size())));
        return new Story(all);
    }

    /** As the replay command takes it. */
    public String onOneLine() {
        return toString().replace("\n", "; ");
    }

    @Override
    public String toString() {
        return String.join("\n", actions.stream().map(Action::toString).toList());
    }
}
