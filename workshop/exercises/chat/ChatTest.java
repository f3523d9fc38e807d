package chat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tcp.testkit.client.Client;
import tcp.testkit.client.Symptom;
import tcp.testkit.client.UnexpectedResponse;
import tcp.testkit.server.CommandLineContract;
import tcp.testkit.server.DescriptorLimitContract;
import tcp.testkit.server.ResourceContract;
import tcp.testkit.server.RunningServer;
import tcp.testkit.server.ServerFault;
import tcp.testkit.server.ServerFault.Kind;
import tcp.testkit.system.Machine;

/**
 * Chat: a client's first line is its name, and each line after it goes to all others who have
 * one. A client that does not read is cut off, and holds nobody up.
 */
class ChatTest implements ResourceContract, CommandLineContract, DescriptorLimitContract {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** A line of 1,024 bytes when its sender has a name of three. */
    private static final String LINE = "x".repeat(1_018) + "\n";

    /** A client that has a name. Once it has its welcome, it hears what others say. */
    private static Client join(InetSocketAddress server, String name) {
        return Client.connect(server)
                .lookAt("is the first line the name, and is a name free when its client has left?")
                .send(name + "\n")
                .expect("welcome, " + name + "\n");
    }

    private static String newName() {
        return "c" + COUNT.incrementAndGet();
    }

    @Override
    public void assertServed(InetSocketAddress server) {
        String name = newName();
        try (Client speaks = join(server, name);
                Client hears = join(server, newName())) {
            speaks.send("hello\n");
            hears.lookAt("does a line go to all others?").expect(name + ": hello\n");
        }
    }

    @Override
    public void ask(Client client, RunningServer server) {
        String name = newName();
        client.send(name + "\n").expect("welcome, " + name + "\n");
    }

    /** A line goes to all others who have a name, and not back. */
    @Order(1)
    @Test
    void sendsALineToAllOthers(InetSocketAddress server) {
        try (Client ann = join(server, "ann");
                Client bob = join(server, "bob");
                Client cid = join(server, "cid");
                Client nameless = Client.connect(server)) {
            ann.send("hello\n");
            for (Client other : List.of(bob, cid)) {
                other.lookAt("does a line go to all others?").expect("ann: hello\n");
            }
            bob.send("\n");
            ann.lookAt("does a line go to all others, and only to them?").expect("bob: \n");
            cid.expect("bob: \n");
            for (Client silent : List.of(ann, bob, nameless)) {
                silent.lookAt("who hears a line? Not its sender, and nobody without a name.")
                        .expectNothing(Duration.ofMillis(50));
            }
        }
    }

    /** Lines are cut wherever the network likes, and those of two clients come in turn. */
    @Order(2)
    @Test
    void findsLinesHoweverTheyAreCut(InetSocketAddress server) {
        String said = "\u00ffone\r\n" + "two\n\n" + "three\n".repeat(10);
        try (Client ann = join(server, "ann");
                Client bob = join(server, "bob");
                Client hears = join(server, "cid")) {
            hears.lookAt("where do bytes stay that are no whole line yet? Each client has its own.");
            for (char c : said.toCharArray()) {
                ann.send("" + c);
                bob.send(c == '\n' ? "!" : "");
            }
            String heard = said.replaceAll("(?m)([^\n]*)\n", "ann: $1\n");
            hears.expect(heard);
            bob.expect(heard).send("\n");
            hears.expect("bob: " + "!".repeat(13) + "\n");
            ann.expect("bob: " + "!".repeat(13) + "\n").send(said);
            hears.lookAt("how many lines can be in one read?").expect(heard);
        }
    }

    /** A name belongs to one client, until that one leaves, in whatever way. */
    @Order(3)
    @Test
    void givesANameToOneClientAtATime(InetSocketAddress server) {
        Client ann = join(server, "ann");
        try (Client other = Client.connect(server)) {
            other.lookAt("does another client have that name?")
                    .send("ann\nann\nAnn\n")
                    .expect("taken\ntaken\nwelcome, Ann\n");
            ann.halfClose().expectEnd().close();
        }
        ann = join(server, "ann");
        ann.reset();
        try (Client bob = join(server, "bob")) { // by then the server has seen the reset
            bob.lookAt("is the name of a client free when it has left?");
        }
        join(server, "ann").close();
    }

    /** Ten lines and the end, at once: the others hear all ten; and the queue of who leaves is sent, and no more. */
    @Order(4)
    @Test
    void sendsWhatWasSaidBeforeTheEnd(InetSocketAddress server) {
        try (Client bob = join(server, "bob");
                Client cid = join(server, "cid");
                Client ann = join(server, "ann")) {
            for (int i = 0; i < 160; i++) {
                bob.send(LINE);
                cid.expect("bob: " + LINE);
            }
            ann.send("bye\n".repeat(10) + "no line").halfClose();
            bob.lookAt("are lines that came just before the end sent to the others?")
                    .expect("ann: bye\n".repeat(10))
                    .expectNothing(Duration.ofMillis(50))
                    .send("late\n");
            cid.expect("ann: bye\n".repeat(10) + "bob: late\n");
            ann.lookAt("does a client that has ended its half get what was said before, and then the end?")
                    .expect(("bob: " + LINE).repeat(160))
                    .expectEnd();
        }
    }

    /** A line of 1,024 bytes is one; a client that sends one more is cut off, and nobody else. */
    @Order(5)
    @Test
    void cutsOffAClientWhoseLineHasNoEnd(InetSocketAddress server) {
        try (Client ann = join(server, "ann");
                Client bob = join(server, "bob");
                Client cid = join(server, "cid")) {
            String longest = "x".repeat(1_023) + "\n";
            ann.send(longest);
            bob.lookAt("may a line have 1,024 bytes?").expect("ann: " + longest);
            cid.expect("ann: " + longest);
            ann.lookAt("how long may a line be that is not over?").send("x".repeat(1_024) + "x");
            assertCutOff(ann, 1);
            cid.lookAt("may a line have 1,025 bytes, if the last is its end?").send("x" + longest);
            assertCutOff(cid, 1);
            bob.expectNothing(Duration.ofMillis(50));
        }
        assertServed(server);
    }

    /** Checks that a client's connection ends before it has got so many bytes. */
    private static void assertCutOff(Client client, int all) {
        int bytes = 0;
        try {
            for (byte[] some; bytes < all && (some = client.receiveSome()) != null; ) {
                bytes += some.length;
            }
        } catch (UnexpectedResponse e) {
            if (e.symptom() != Symptom.RESET) { // the reset is as good as the end
                throw e;
            }
        }
        ServerFault.unless(
                bytes != all, Kind.KEEPS_MEMORY, "what is the most that a client's queue may become?", """
                A client did not read while %,d bytes were said, and then had them all.""", bytes);
    }

    /** One that reads late, and is 160 KiB behind, most of it in the kernel, misses nothing. */
    @Order(6)
    @Test
    void keepsTheLinesOfASlowClient(InetSocketAddress server) {
        try (Client ann = join(server, "ann");
                Client slow = join(server, "bob")) {
            for (int turn = 0; turn < 5; turn++) {
                for (int i = 0; i < 160; i++) {
                    ann.send(LINE);
                }
                slow.lookAt("where are the lines that write() did not take?")
                        .pause(Duration.ofMillis(20))
                        .expect(("ann: " + LINE).repeat(160));
            }
        }
    }

    /** One says ten lines at a time, and the other hears them. */
    private static void speak(Client ann, Client bob, int times) {
        bob.lookAt("does a client that does not read hold up the others?");
        for (int i = 0; i < times; i++) {
            ann.send(LINE.repeat(10));
            bob.expect(("ann: " + LINE).repeat(10));
        }
    }

    /** The others go on as if a client that reads nothing were not there. */
    @Order(7)
    @Test
    void goesOnThoughOneDoesNotRead(InetSocketAddress server) {
        try (Client deaf = join(server, "dea");
                Client ann = join(server, "ann");
                Client bob = join(server, "bob")) {
            speak(ann, bob, moreThanFits(server));
            deaf.reset();
        }
    }

    /** How often to speak until no kernel has room for all that: 30 MB, or 1.5 MB where it is simulated. */
    private static int moreThanFits(InetSocketAddress server) {
        return server.isUnresolved() ? 150 : 3_000;
    }

    /** And it is cut off when its queue is full. */
    @Order(8)
    @Test
    void cutsOffAClientThatDoesNotRead(InetSocketAddress server) {
        int times = moreThanFits(server);
        try (Client deaf = join(server, "dea");
                Client ann = join(server, "ann");
                Client bob = join(server, "bob")) {
            speak(ann, bob, times);
            deaf.lookAt("is a client cut off when its queue is full?");
            assertCutOff(deaf, times * 10 * 1024);
            join(server, "dea").close();
        }
    }

    /** Five hundred are here, and one says something. */
    @Order(9)
    @Test
    @Tag("real")
    void fiveHundredHearALine(InetSocketAddress server) {
        Machine.assumeDescriptors(1_100);
        List<Client> clients = Client.connect(server, 500);
        clients.forEach(client -> client.send(newName() + "\n"));
        clients.forEach(client -> client.lookAt("are 500 clients welcome?").receive("welcome, c".length()));
        try (Client ann = join(server, "ann")) {
            ann.send("hello\n");
            clients.forEach(client -> {
                String heard = new String(client.receiveSome(), StandardCharsets.ISO_8859_1);
                client.lookAt("do all 500 hear a line?");
                if (!heard.endsWith("ann: hello\n")) {
                    client.expect("ann: hello\n");
                }
            });
        }
        clients.forEach(Client::close);
        assertServed(server);
    }

    /** As in the steps, but the last in the queue may have a long wait: its name is its own. */
    @Override
    @Order(60)
    @Test
    public void servesManyClientsAtOnce(InetSocketAddress server) {
        List<Client> clients = Client.connect(server, 200);
        clients.forEach(client -> ask(client, null));
        clients.forEach(Client::close);
        assertServed(server);
    }
}
