package tcp.play;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Location;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.ClassPrepareRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tcp.simulation.Network;
import tcp.testkit.source.Steps;

/** The lines of a trace are those at which a debugger stops, in the server as it is. */
class DebuggerTest {
    private static final String STORY =
            "A connects; B connects; A sends \"hello\\n\"; A sends \"once more\\n\"; B half-closes; A resets; B closes";
    private static final Pattern LINE = Pattern.compile("\"k\":\"line\",\"line\":(\\d+),\"method\":\"(\\w+)\"");

    @TempDir
    Path folder;

    @Test
    void stopsWhereADebuggerDoes() throws Exception {
        String source = Files.readString(Steps.READ.file());
        List<String> traced = LINE.matcher(new JvmServer(source).play(STORY, 5_000))
                .results()
                .map(found -> found.group(2) + ":" + found.group(1))
                .toList();
        List<String> lines = source.lines().toList();
        List<String> seen = new ArrayList<>();
        for (Location location : debugged(Files.writeString(folder.resolve("story"), STORY))) {
            if (!lines.get(location.lineNumber() - 1).strip().equals("}")) {
                seen.add(location.method().name() + ":" + location.lineNumber());
            }
        }
        int from = seen.indexOf(traced.get(0)); // the constructor comes before
        assertEquals(traced, seen.subList(from, Math.min(seen.size(), from + traced.size()))); // close() comes after
    }

    private static List<Location> debugged(Path story) throws Exception {
        var connector = Bootstrap.virtualMachineManager().defaultConnector();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        String classes = Path.of(Network.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        arguments.get("options").setValue("-cp \"%s\"".formatted(classes));
        arguments
                .get("main")
                .setValue("tcp.simulation.story.Main replay \"%s\" --contract step3 \"%s\""
                        .formatted(Steps.READ.file(), story));
        VirtualMachine vm = connector.launch(arguments);
        ClassPrepareRequest prepared = vm.eventRequestManager().createClassPrepareRequest();
        prepared.addClassFilter("tcp.Server");
        prepared.enable();
        List<Location> stops = new ArrayList<>();
        while (true) {
            EventSet events = vm.eventQueue().remove();
            for (Event event : events) {
                if (event instanceof ClassPrepareEvent loaded) {
                    for (Location location : loaded.referenceType().allLineLocations()) {
                        vm.eventRequestManager()
                                .createBreakpointRequest(location)
                                .enable();
                    }
                } else if (event instanceof BreakpointEvent stop) {
                    stops.add(stop.location());
                } else if (event instanceof VMDisconnectEvent) {
                    return stops;
                }
            }
            events.resume();
        }
    }
}
