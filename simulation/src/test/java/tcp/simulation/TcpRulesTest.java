package tcp.simulation;

import org.junit.jupiter.api.Nested;

/** The simulated network obeys the rules of a real one. */
class TcpRulesTest {
    @Nested
    class OnLoopback extends TcpRules {
        @Override
        World world() {
            return new LoopbackWorld();
        }
    }

    @Nested
    class OnTheSimulatedNetwork extends TcpRules {
        @Override
        World world() {
            return new SimulatedWorld();
        }
    }
}
