package proxy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import tcp.simulation.Network;
import tcp.simulation.Peer;
import tcp.simulation.story.Client;
import tcp.simulation.story.Contract;
import tcp.simulation.story.Contract.Trait;

/** The {@link Target} on the simulated network, and what clients of a proxy must get from there. */
public final class Rules {
    /** When this byte comes, the target resets. */
    private static final char RESET = 5;

    /** What they say tells the target what to do. */
    public static final Contract CONTRACT = Contract.answering(
                    Rules::answer, "hello\n", "\0\r\u00ff", "" + Target.END, "" + RESET)
            .ending(client -> client.halfClosed() || order(client.sent()) >= 0)
            .cuttingOff(
                    client -> client.sent().indexOf(RESET) >= 0 && client.sent().indexOf(RESET) == order(client.sent()))
            .with(Rules::target)
            .playing(
                    "A connects; A sends \"early\\n\" 20000 times at once; A half-closes at once",
                    "A connects; A sends \"\\x04\"; A sends %1$s; A half-closes",
                    "A connects; A sends \"\\x05\"; A sends %1$s; B connects; B sends %1$s",
                    "A connects; A stops reading; A sends %1$s 200000 times; B connects; B sends %1$s; A reads on; A half-closes")
            .with(Trait.PASSES_ON);

    private Rules() {}

    /** Where the first byte is that tells the target to end; -1: nowhere. */
    private static int order(String sent) {
        for (int i = 0; i < sent.length(); i++) {
            if (sent.charAt(i) == Target.END || sent.charAt(i) == RESET) {
                return i;
            }
        }
        return -1;
    }

    private static String answer(Client client) {
        int order = order(client.sent());
        return Target.HELLO
                + (order >= 0 ? client.sent(0, order) : client.sent() + (client.halfClosed() ? Target.BYE : ""));
    }

    private static BooleanSupplier target(Network network) {
        List<End> ends = new ArrayList<>();
        String port = System.getProperty("target", "127.0.0.1:8080").replaceFirst(".*:", "");
        network.listen(Integer.parseInt(port), peer -> ends.add(new End(peer)));
        return () -> {
            ends.removeIf(end -> end.peer.isReset() || end.done && end.peer.isAtEnd());
            return ends.stream().filter(End::acts).count() > 0;
        };
    }

    /** The target's end of a connection. */
    private static final class End {
        private final Peer peer;
        private boolean greeted;
        private int echoed;
        private boolean done; // it has ended its half

        private End(Peer peer) {
            this.peer = peer;
        }

        private void send(String text) {
            peer.send(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** Does what is to be done now; false if that is nothing. */
        private boolean acts() {
            boolean ends = peer.isAtEnd();
            if (done || greeted && peer.taken() == echoed && !ends) {
                return false;
            }
            String got = new String(peer.received(), StandardCharsets.ISO_8859_1);
            int order = order(got);
            send((greeted ? "" : Target.HELLO) + got.substring(echoed, order >= 0 ? order : got.length()));
            greeted = true;
            echoed = got.length();
            if (order >= 0 && got.charAt(order) == RESET) {
                peer.reset();
            } else if (order >= 0 || ends) {
                send(order >= 0 ? "" : Target.BYE);
                peer.shutdownOutput();
            }
            done = order >= 0 || ends;
            return true;
        }
    }
}
