package tcp.simulation.story;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code java -jar simulation.jar}: exit status 0, no story fails; 1, one does; 2, wrong use. */
public final class Main {
    private static final String USAGE = """
            java -jar simulation.jar explore SERVER.java --contract NAME [--stories N] [--seed S]
            java -jar simulation.jar replay SERVER.java --contract NAME STORY

              SERVER.java  the source of a class tcp.Server: a constructor with the port, run(), close()
              NAME         step1 to step5, echo, deadlines, crowd, http or sigterm
              N            how many stories to try; 100000 if you do not say
              S            where chance begins: the same number gives the same stories
              STORY        in quotes, as explore prints it, or the name of a file that has it""";

    private final PrintStream out;
    private final Map<String, String> options = new TreeMap<>();
    private final List<String> words = new ArrayList<>();

    private Main(String[] args, PrintStream out) {
        this.out = out;
        for (int i = 0; i < args.length; i++) {
            if (!args[i].startsWith("--")) {
                words.add(args[i]);
            } else if (!List.of("--contract", "--stories", "--seed").contains(args[i]) || i + 1 == args.length) {
                throw new IllegalArgumentException(
                        i + 1 == args.length ? args[i] + " needs a value." : "There is no option " + args[i] + ".");
            } else {
                options.put(args[i], args[++i]);
            }
        }
    }

    public static void main(String[] args) throws InterruptedException {
        int status = run(args, System.out, System.err);
        System.exit(status);
    }

    static int run(String[] args, PrintStream out, PrintStream err) throws InterruptedException {
        if (args.length == 0 || args[0].matches("--help|-h|help")) {
            out.println(USAGE);
            return 0;
        }
        try {
            return new Main(args, out).run();
        } catch (IllegalArgumentException | IOException e) {
            err.println(e.getMessage() == null ? e.toString() : e.getMessage());
            return 2;
        }
    }

    private int run() throws IOException, InterruptedException {
        boolean replay = !words.isEmpty() && words.get(0).equals("replay");
        if (words.size() != (replay ? 3 : 2) || !replay && !words.get(0).equals("explore")) {
            throw new IllegalArgumentException(
                    "Say explore SERVER.java or replay SERVER.java STORY; --help says more.");
        } else if (!options.containsKey("--contract")) {
            throw new IllegalArgumentException("Which contract? Add --contract step5, for example.");
        }
        Path source = Path.of(words.get(1));
        Exploration exploration = Exploration.of(Contract.of(options.get("--contract")), ServerFactory.compile(source));
        Optional<Failure> failure =
                replay ? exploration.replay(Story.parse(story(words.get(2)))) : explore(exploration);
        if (!exploration.notSimulated().isEmpty()) {
            out.println("It uses what is not simulated, so this may not be true: "
                    + String.join(", ", exploration.notSimulated()) + ".");
        }
        out.println(failure.map(Failure::toString).orElse("No story fails."));
        if (!replay && failure.isPresent()) {
            String path = System.getProperty("java.class.path"); // with java -jar: as it was given
            out.printf(
                    "%nTo repeat it:%njava -jar %s replay %s --contract %s '%s'%n",
                    path.endsWith(".jar") ? path : "simulation.jar",
                    source,
                    options.get("--contract"),
                    failure.get().story().onOneLine());
        }
        return failure.isPresent() ? 1 : 0;
    }

    private static String story(String text) throws IOException {
        boolean file = text.length() < 200 && text.matches("[^\"; ]+") && Files.isRegularFile(Path.of(text));
        return file ? Files.readString(Path.of(text)) : text;
    }

    private Optional<Failure> explore(Exploration exploration) throws InterruptedException {
        long seed = number("--seed", System.nanoTime() % 1_000_000);
        long stories = number("--stories", 100_000);
        out.printf("Trying %,d stories; to repeat them, add --seed %d%n", stories, seed);
        long[] next = {System.nanoTime() + 2_000_000_000L};
        Optional<Failure> failure = exploration
                .seed(seed)
                .shrinking(20_000, Duration.ofSeconds(20))
                .watchedBy(played -> {
                    if (System.nanoTime() > next[0]) {
                        next[0] += 2_000_000_000L;
                        out.printf("%,d%n", played);
                    }
                })
                .run(stories, Duration.ofDays(1));
        return failure;
    }

    private long number(String option, long otherwise) {
        String value = options.getOrDefault(option, String.valueOf(otherwise));
        if (!value.matches("[0-9]{1,12}")) {
            throw new IllegalArgumentException(option + " " + value + " is no number.");
        }
        return Long.parseLong(value);
    }
}
