package chat;

import java.util.List;
import tcp.simulation.Call;
import tcp.simulation.story.Client;
import tcp.simulation.story.Contract;
import tcp.simulation.story.Contract.Trait;

/** What each client must have heard, by the order in which the server has read what all have sent. */
public final class Rules {
    private static final int LONGEST = 1024;
    private static final int LEAST_QUEUE = 64 * 1024;
    private static final int MOST_QUEUE = 1024 * 1024;

    /** Who says the first message has the first name that is free. The last is a line of 64 bytes. */
    public static final Contract CONTRACT = Contract.answering(
                    client -> of(client).heard.toString(),
                    "a\nb\n",
                    "c\n",
                    "\n",
                    "x",
                    "\u00ff\r\n\n",
                    "0123456 ".repeat(8).strip() + "\n")
            .following((client, call) -> of(client).follow(call))
            .cuttingOff(client -> of(client).isCutOff())
            .playing(
                    "A connects; A sends %1$s; B connects; B sends %1$s; A sends \"hi\\n\"; B half-closes; A sends \"hi\\n\"; C connects; C sends %1$s; A sends \"hi\\n\"",
                    "A connects; A sends %1$s; B connects; B sends %1$s; A resets; C connects; C sends %1$s",
                    "A connects; A sends %1$s; B connects; B sends %1$s; B sends \"bye\\nbye\\nno line\" at once; B half-closes at once",
                    "A connects; A sends %1$s; B connects; B sends %1$s; A sends \"x\" 1023 times; A sends \"\\n\"; A sends \"x\" 1025 times; B sends \"x\\n\"",
                    "A connects; A sends %1$s; B connects; B stops reading; B sends %1$s; C connects; C sends %1$s; C sends \"c\\n\"; A sends %5$s 2800 times; C sends %5$s; B reads on",
                    "A connects; A sends %1$s; B connects; B stops reading; B sends %1$s; A sends %5$s 2800 times; B half-closes; A sends %5$s; B reads on",
                    "A connects; A sends %1$s; B connects; B stops reading; B sends %1$s; C connects; C sends %1$s; C sends \"c\\n\"; A sends %5$s 20000 times; C sends %5$s; B reads on",
                    "A connects; A sends %1$s; B connects; B stops reading; B sends %1$s; A sends %5$s 20000 times; B sends %5$s 20000 times at once; A sends %5$s",
                    "A connects; A sends %1$s; B connects; B stops reading; B sends \"a\\n\" 100000 times; A sends %5$s")
            .with(Trait.READS_ALL);

    private final Client client;
    private final StringBuilder heard = new StringBuilder();
    private final StringBuilder line = new StringBuilder(); // it is not over yet
    private String name; // null: it has none yet, or has left
    private int read;
    private int written;
    private int mostOwed;
    private boolean tooLong;

    private Rules(Client client) {
        this.client = client;
    }

    private static Rules of(Client client) {
        if (client.attachment() == null) {
            client.attach(new Rules(client));
        }
        return (Rules) client.attachment();
    }

    private void follow(Call call) {
        int n = (int) call.result();
        switch (call.kind()) {
            case READ -> {
                if (n == -1) {
                    name = null;
                } else if (n > 0) {
                    client.sent(read, read + n).chars().forEach(c -> read((char) c));
                    read += n;
                }
            }
            case WRITE -> written += Math.max(n, 0);
            case CLOSE -> name = null;
            default -> {}
        }
    }

    private void read(char c) {
        tooLong |= line.length() == LONGEST;
        if (!tooLong) {
            line.append(c);
            if (c == '\n') {
                line(line.toString());
                line.setLength(0);
            }
        }
    }

    private void line(String text) {
        String words = text.substring(0, text.length() - 1);
        List<Rules> all = client.all().stream().map(Rules::of).toList();
        if (name != null) {
            all.stream()
                    .filter(each -> each != this && each.name != null)
                    .forEach(each -> each.hear(name + ": " + text));
        } else if (all.stream().anyMatch(each -> words.equals(each.name))) {
            hear("taken\n");
        } else {
            name = words;
            hear("welcome, " + text);
        }
    }

    private void hear(String text) {
        heard.append(text);
        mostOwed = Math.max(mostOwed, owed());
    }

    private int owed() {
        return heard.length() - written;
    }

    /** It must be; or it may be, and is: its queue has a limit, and which one is the server's choice. */
    private boolean isCutOff() {
        return tooLong
                || owed() > MOST_QUEUE
                || client.isClosed() && (mostOwed > LEAST_QUEUE || line.length() == LONGEST);
    }
}
