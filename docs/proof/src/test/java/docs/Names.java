package docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Java names that a page may use: those of this repository, and the JDK's. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");
    private static final List<String> PACKAGES = List.of(
            "java/io",
            "java/lang",
            "java/lang/ref",
            "java/net",
            "java/nio",
            "java/nio/channels",
            "java/nio/channels/spi",
            "java/nio/charset",
            "java/util",
            "java/util/concurrent",
            "java/util/function",
            "java/util/stream",
            "java/util/concurrent/atomic");
    private static final Set<String> JDK = jdk();

    private final Set<String> ours = new HashSet<>();

    Names(Docs docs) {
        try (Stream<Path> files = Files.walk(docs.root())) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")
                            && !f.toString().contains("/target/")
                            && !docs.root().relativize(f).startsWith("docs"))
                    .toList()) {
                Matcher name = NAME.matcher(Files.readString(file));
                while (name.find()) {
                    ours.add(name.group());
                }
            }
            // Names of other languages and libraries, which the docs speak of as well.
            try (var foreign = Names.class.getResourceAsStream("/foreign-names.txt")) {
                new String(foreign.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .flatMap(line -> Stream.of(line.split(" ")))
                        .forEach(ours::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean knows(String name) {
        return ours.contains(name) || JDK.contains(name);
    }

    /** The public types of these packages, their methods, and their constants. */
    private static Set<String> jdk() {
        Set<String> names = new HashSet<>();
        Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base");
        for (String folder : PACKAGES) {
            try (Stream<Path> files = Files.list(base.resolve(folder))) {
                for (Path file : files.toList()) {
                    String name = base.relativize(file).toString();
                    if (name.endsWith(".class")) {
                        add(names, name.replaceFirst("\\.class$", "").replace('/', '.'));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return names;
    }

    private static void add(Set<String> names, String type) {
        try {
            Class<?> found = Class.forName(type, false, null);
            if (!Modifier.isPublic(found.getModifiers())) {
                return;
            }
            names.add(found.getSimpleName());
            for (Method method : found.getDeclaredMethods()) {
                names.add(method.getName());
            }
            for (Field field : found.getDeclaredFields()) {
                if (Modifier.isPublic(field.getModifiers())) {
                    names.add(field.getName());
                }
            }
        } catch (ClassNotFoundException | LinkageError e) {
            // Not for everybody to use.
        }
    }
}
