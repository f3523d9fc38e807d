package tcp.workshop;

import java.net.InetSocketAddress;
import java.util.List;
import tcp.DiscardContract;
import tcp.HttpContract;
import tcp.InitContract;
import tcp.ReadContract;
import tcp.WriteContract;

/** The promises that can be tried on any server, in any language: all need an address. */
final class Target {
    private static InetSocketAddress address;

    private Target() {}

    /** The test class that tries an exercise's promises at this address. */
    static List<Class<?>> promises(Exercise exercise, InetSocketAddress at) {
        address = at;
        return List.of(
                switch (exercise.name()) {
                    case "step1" -> Step1.class;
                    case "step2" -> Step2.class;
                    case "step3" -> Step3.class;
                    case "step4" -> Step4.class;
                    case "step5" -> Step5.class;
                    default ->
                        throw new Trouble("The promises of " + exercise.name()
                                + " need more than an address. With --target: step 1 to 5.");
                });
    }

    /** Step 1. */
    static final class Step1 implements InitContract {
        @Override
        public InetSocketAddress address() {
            return address;
        }
    }

    /** Step 2. */
    static final class Step2 implements DiscardContract {
        @Override
        public InetSocketAddress address() {
            return address;
        }
    }

    /** Step 3. */
    static final class Step3 implements ReadContract {
        @Override
        public InetSocketAddress address() {
            return address;
        }
    }

    /** Step 4. */
    static final class Step4 implements WriteContract {
        @Override
        public InetSocketAddress address() {
            return address;
        }
    }

    /** Step 5. */
    static final class Step5 implements HttpContract {
        @Override
        public InetSocketAddress address() {
            return address;
        }
    }
}
