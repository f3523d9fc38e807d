package tcp.simulation.story;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a server must do for each client, whatever the others and the network do. */
public interface Contract {
    /** What clients send in stories: whole messages first, then parts and things like them. */
    List<String> messages();

    /**
     * What a client must have got when the server sleeps, if it reads.
     *
     * @return one char for each byte; null: the contract does not say
     */
    String answer(Client client);

    /** Whether the server must have ended its half by then; if not, it must not. */
    default boolean ends(Client client) {
        return client.halfClosed();
    }

    /** Whether the server may reset the connection of a client that has not gone. */
    default boolean mayReset() {
        return false;
    }

    /** Whether it must sleep, and not spin, while accept() fails for want of descriptors. */
    default boolean restsWithoutDescriptors() {
        return true;
    }

    /** After how many stories a new server is made; until then it keeps what it has learnt. */
    default int storiesPerServer() {
        return 500;
    }

    /** Step 5's response. */
    String RESPONSE = """
            HTTP/1.1 200 OK\r
            Content-Type: text/html\r
            Connection: keep-alive\r
            Content-Length: 6\r
            \r
            hello
            """;

    /** The server leaves every client in the kernel's queue. */
    Contract STEP1 = new Contract() {
        @Override
        public List<String> messages() {
            return List.of("hello\n");
        }

        @Override
        public String answer(Client client) {
            return "";
        }

        @Override
        public boolean ends(Client client) {
            return false;
        }

        @Override
        public int storiesPerServer() {
            return 1; // only the first client makes it do anything
        }
    };

    /** The server hangs up on every client at once. */
    Contract STEP2 = new Contract() {
        @Override
        public List<String> messages() {
            return List.of("hello\n");
        }

        @Override
        public String answer(Client client) {
            return "";
        }

        @Override
        public boolean ends(Client client) {
            return true;
        }

        @Override
        public boolean mayReset() {
            return true; // what the client has sent is never read
        }

        @Override
        public boolean restsWithoutDescriptors() {
            return false;
        }
    };

    /** The server reads all, says nothing, and ends when the client has. */
    Contract STEP3 = answering(client -> "", "hello\n", "x");

    /** The server says how much its first read got, and ends its half. */
    Contract STEP4 = new Contract() {
        @Override
        public List<String> messages() {
            return List.of("hello\n", "x");
        }

        @Override
        public String answer(Client client) {
            int sent = client.sent.length();
            int n = client.reads.isEmpty() ? sent : client.reads.get(0);
            return sent == 0 ? "" : "Received " + n + " bytes\n";
        }

        @Override
        public boolean ends(Client client) {
            return client.halfClosed() || client.sent.length() > 0;
        }
    };

    /** The server answers whenever the four bytes that end a head have come. */
    Contract STEP5 = answering(
            client -> RESPONSE.repeat(count("\r\n\r\n", client.sent)),
            "GET / HTTP/1.1\r\n\r\n",
            "\r\n\r\n",
            "A: b\r\n\r",
            "\r\r\n",
            "\n");

    /** All that a client sends comes back. */
    Contract ECHO = answering(Client::sent, "hello\n", "\0\r\u00ff");

    private static int count(String part, StringBuilder text) {
        int n = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            n++;
        }
        return n;
    }

    /** The contract of the step with that number. */
    static Contract ofStep(int step) {
        List<Contract> steps = List.of(STEP1, STEP2, STEP3, STEP4, STEP5);
        if (step < 1 || step > steps.size()) {
            throw new IllegalArgumentException("There is no step " + step + ": give a number from 1 to 5.");
        }
        return steps.get(step - 1);
    }

    /** A server that answers what was sent, and keeps the connection until the client ends its half. */
    static Contract answering(Function<Client, String> answer, String... messages) {
        return new Contract() {
            @Override
            public List<String> messages() {
                return Stream.of(messages).toList();
            }

            @Override
            public String answer(Client client) {
                return answer.apply(client);
            }
        };
    }
}
