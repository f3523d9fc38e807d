package tcp.play;

import org.teavm.jso.JSExport;

/** What a page calls. */
public final class Page {
    /** Stands for the server's class, whose name takes its place. */
    static final class Server {
        private Server() {}

        static void main(String[] args) {}
    }

    private Page() {}

    /**
     * Plays a story to the server.
     *
     * @param story as {@link tcp.simulation.story.Story#parse} takes it
     * @param limits {@code {"maxEvents": 5000}}, or {@code {}}
     * @return the trace, as JSON
     */
    @JSExport
    public static String play(String story, String limits) {
        return Recorder.play(story, limits, () -> Server.main(new String[] {"8080"}));
    }

    public static void main(String[] args) {}
}
