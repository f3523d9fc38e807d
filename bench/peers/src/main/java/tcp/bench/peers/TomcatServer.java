package tcp.bench.peers;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/** Tomcat, embedded, with its own defaults and one servlet; -Dset=true: with as many requests a connection as come. */
final class TomcatServer {
    private TomcatServer() {}

    static int start() throws Exception {
        Logger.getLogger("org.apache").setLevel(Level.WARNING);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
        tomcat.setPort(0);
        if (Main.SET) {
            tomcat.getConnector().setProperty("maxKeepAliveRequests", "-1");
        }
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "hello", new Hello());
        context.addServletMapping("/", "hello");
        tomcat.start();
        return tomcat.getConnector().getLocalPort();
    }

    private static final class Hello extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType(Main.TYPE);
            response.setContentLength(Main.BODY.length);
            response.getOutputStream().write(Main.BODY);
        }
    }
}
