package tcp.play;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;

/** The same server in this JVM: what its module does in a page, and its trace, are to be the same. */
final class JvmServer extends ClassLoader {
    private final Map<String, byte[]> classFiles;
    private final Method main;

    JvmServer(String source) throws ReflectiveOperationException {
        super(JvmServer.class.getClassLoader());
        classFiles = Build.classes(source);
        main = loadClass("tcp.Server").getMethod("main", String[].class);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] classFile = classFiles.get(name);
        if (classFile == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, classFile, 0, classFile.length);
    }

    String play(String story, int most) {
        return Recorder.play(story, most, 0, () -> {
            try {
                main.invoke(null, (Object) new String[] {"8080"});
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    /** How the story ends, as far as anybody can tell; null: it does not end. */
    String outcome(String story) {
        String trace = play(story, 5_000);
        return trace.contains("{\"k\":\"cut\"}") ? null : trace.substring(trace.lastIndexOf("\"outcome\""));
    }
}
