package tcp;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import tcp.testkit.ProgramContract;
import tcp.testkit.ServerProcess;

/** The promises of the exercise sigterm, for a server in a process of its own. */
class DrainPromises implements DrainContract {
    private ServerProcess server;

    @BeforeEach
    void start() {
        server = ServerProcess.java("-cp", ProgramContract.CLASSES, "tcp.Server", "0");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    public ServerProcess server() {
        return server;
    }
}
