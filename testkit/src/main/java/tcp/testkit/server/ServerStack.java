package tcp.testkit.server;

import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the threads of a server are. No event tells that a loop stays in a handler, so its stack has to: the
 * server's own classes are those in the package tcp itself.
 */
public final class ServerStack {
    private ServerStack() {}

    /** The server's own frames, the innermost first. */
    public static Stream<StackTraceElement> frames(StackTraceElement[] stack) {
        return Arrays.stream(stack).filter(ServerStack::isServers);
    }

    private static boolean isServers(StackTraceElement frame) {
        return frame.getClassName().matches("tcp\\.[^.]+"); // and not tcp.simulation
    }

    /** Whether it is in select(), waiting or working, and not in a handler that select() has called. */
    public static boolean isInSelect(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .takeWhile(frame -> !isServers(frame)) // a handler may be called by select()
                .anyMatch(ServerStack::isSelector);
    }

    private static boolean isSelector(StackTraceElement frame) {
        try {
            return Selector.class.isAssignableFrom(
                    Class.forName(frame.getClassName(), false, ServerStack.class.getClassLoader()));
        } catch (ClassNotFoundException e) {
            return false; // the server's, or generated
        }
    }

    /** Whether it serves: it is in a call of a selector or channel, or in a handler that a selector has called. */
    public static boolean isServing(StackTraceElement[] stack) {
        return frames(stack).findAny().isPresent()
                && Arrays.stream(stack).anyMatch(frame -> frame.getClassName().startsWith("sun.nio.ch."));
    }

    /** The threads that run code of the server's, and where each is. */
    public static Map<Thread, StackTraceElement[]> threads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> frames(entry.getValue()).findAny().isPresent())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** A frame in words: "Server.java:12 in accept()". */
    public static String place(StackTraceElement frame) {
        return "%s:%d in %s()".formatted(frame.getFileName(), frame.getLineNumber(), frame.getMethodName());
    }
}
