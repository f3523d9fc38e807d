package tcp;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tcp.testkit.Client;
import tcp.testkit.EachStepContract;

/** What step 1 promises: a client can connect, and nothing happens to it. */
public interface InitContract extends EachStepContract {
    @Override
    default void assertServed(InetSocketAddress address) {
        assertStaysConnected(address);
    }

    /** The kernel connects the client; the server neither answers nor hangs up. */
    @Test
    default void connectsAndStaysSilent() {
        assertStaysConnected(address());
    }

    static void assertStaysConnected(InetSocketAddress address) {
        try (Client client = Client.connect(address)) {
            client.lookAt("step 1 must leave the client in the kernel's queue")
                    .send("hello\n")
                    .expectNothing(Duration.ofMillis(100));
        }
    }
}
