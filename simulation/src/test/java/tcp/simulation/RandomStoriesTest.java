package tcp.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tcp.simulation.World.Remote;
import tcp.simulation.story.ServerFactory;

/**
 * The same server and the same clients, once over loopback and once on the simulated network: the clients get the same.
 * What they do comes from a seed, which a failure names.
 */
@Timeout(60)
class RandomStoriesTest {
    private static final int STORIES = 200;
    private static final List<String> PIECES = List.of(
            "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n", "\r\n", "\n", "\r", "hello\n");

    @Test
    void clientsOfStep5GetTheSameAsOnLoopback() throws Exception {
        compare("tcp.Server", ServerFactory.classFiles(Path.of("..", "step5-http", "src/main/java/tcp/Server.java")));
    }

    @Test
    void clientsOfAnEchoServerGetTheSameAsOnLoopback() throws Exception {
        String name = EchoServer.class.getName();
        compare(name, Map.of(name, SimulationClassLoader.resource(getClass().getClassLoader(), name)));
    }

    private static void compare(String name, Map<String, byte[]> classFiles) throws Exception {
        ClassLoader ordinary = new ClassLoader(null) {
            @Override
            protected Class<?> findClass(String wanted) {
                return defineClass(wanted, classFiles.get(wanted), 0, classFiles.get(wanted).length);
            }
        };
        Network network = new Network();
        try (AutoCloseable simulated = open(new SimulationClassLoader(network, classFiles::get), name);
                AutoCloseable real = open(ordinary, name);
                LoopbackWorld loopback = new LoopbackWorld()) {
            network.start(() -> run(simulated));
            network.awaitQuiet();
            Thread thread = new Thread(() -> {
                try {
                    run(real);
                } catch (Throwable e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            for (int seed = 1; seed <= STORIES; seed++) {
                List<String> onLoopback = story(loopback, port(real), new Random(seed));
                List<String> onTheSimulatedNetwork =
                        story(new SimulatedWorld(network), port(simulated), new Random(seed));
                assertThat(onTheSimulatedNetwork).as(name + ", seed " + seed).isEqualTo(onLoopback);
            }
        }
    }

    /** Up to three clients, who take turns; returns what each has got in the end, and how it ended. */
    private static List<String> story(World world, int port, Random random) throws Exception {
        List<Remote> clients = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            clients.add(world.connect(port));
        }
        for (int i = random.nextInt(12); i > 0; i--) {
            clients.get(random.nextInt(clients.size())).send(PIECES.get(random.nextInt(PIECES.size())));
        }
        if (clients.size() > 1 && random.nextBoolean()) {
            clients.remove(0).reset(); // which is nobody else's business
        }
        List<String> got = new ArrayList<>();
        for (Remote client : clients) {
            client.shutdownOutput();
            got.add(client.rest());
        }
        return got;
    }

    private static AutoCloseable open(ClassLoader loader, String name) throws Exception {
        Constructor<?> constructor = loader.loadClass(name).getConstructor(int.class);
        return (AutoCloseable) constructor.newInstance(0);
    }

    private static int port(Object server) throws Exception {
        return (int) server.getClass().getMethod("port").invoke(server);
    }

    private static void run(Object server) throws Throwable {
        try {
            server.getClass().getMethod("run").invoke(server);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
