package tcp.bench;

import java.nio.file.Path;
import java.util.List;
import tcp.testkit.system.UserError;

/** A server to be measured. */
record Peer(String name, String about, Program program) {
    /** How it is started. */
    interface Program {
        /**
         * Its command.
         *
         * @param options
         *            for a JVM; others ignore them
         * @param port
         *            the port to take, for those that can't take any free one and say which
         * @throws UserError
         *             if it can't be started here: says why
         */
        List<String> command(Path work, List<String> options, int port) throws Exception;
    }

    boolean jvm() {
        return !List.of(Peers.FLOOR, Peers.NGINX).contains(name);
    }

    Running start(Path work) throws Exception {
        return start(work, Peers.JVM);
    }

    Running start(Path work, List<String> options) throws Exception {
        int port = name.equals(Peers.NGINX) ? Peers.freePort() : 0;
        return Running.start(program.command(work, options, port), work.resolve(name + ".log"), port);
    }
}
