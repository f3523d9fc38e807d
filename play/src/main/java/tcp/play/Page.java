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
     * @param most the number of events after which the trace is cut
     * @param skip how many of the first ones are to be left out
     * @return the trace, as JSON; an object with an error if there is no such story
     */
    @JSExport
    public static String play(String story, int most, int skip) {
        return Recorder.play(story, most, skip, () -> Server.main(new String[] {"8080"}));
    }

    public static void main(String[] args) {}
}
