package tcp;

import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import tcp.testkit.ContainerContract;
import tcp.testkit.NeedsDocker;
import tcp.testkit.ProgramContainer;

/**
 * The jar that is shipped, in a container, keeps step 3's promises on a published port.
 */
@NeedsDocker
@Testcontainers
class ReadContainerIT implements ReadContract, ContainerContract {
    @Container // static: started once, before the first test, and removed after the last
    static final ProgramContainer SERVER = ProgramContainer.server();

    @Override
    public ProgramContainer server() {
        return SERVER;
    }
}
