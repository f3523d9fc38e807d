package tcp.docs.links;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tcp.docs.page.Docs;

/** The Java names that a page may use: those of this repository's sources, and the JDK's. */
final class KnownIdentifiers {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");
    private static final Set<String> JDK = jdk();

    private final Set<String> ours = new HashSet<>();

    KnownIdentifiers(Docs docs) {
        Docs.walk(docs.root(), (name, file) -> {
            if (!name.endsWith(".java")) {
                return;
            }
            ours.add(file.getFileName().toString().replace(".java", ""));
            if (!name.startsWith("docs/proof/")) { // its tests have wrong names on purpose
                NAME.matcher(Files.readString(file))
                        .results()
                        .map(MatchResult::group)
                        .forEach(ours::add);
            }
        });
        // Names of other languages and libraries, which the docs speak of as well.
        try (var foreign = KnownIdentifiers.class.getResourceAsStream("/foreign-names.txt")) {
            new String(foreign.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> ours.addAll(Set.of(line.split(" "))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean contain(String name) {
        return ours.contains(name) || JDK.contains(name);
    }

    /** The public types of java.base, their methods, and their constants. */
    private static Set<String> jdk() {
        Set<String> names = new HashSet<>();
        Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base");
        try (Stream<Path> files = Stream.concat(Files.walk(base.resolve("java")), Files.walk(base.resolve("javax")))) {
            files.map(file -> base.relativize(file).toString())
                    .filter(name -> name.endsWith(".class") && !name.matches("java/(time|text|lang/classfile)/.*"))
                    .forEach(name -> add(names, name.replace(".class", "").replace('/', '.')));
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(Set<String> names, String type) {
        try {
            Class<?> found = Class.forName(type, false, null);
            if (Modifier.isPublic(found.getModifiers())) {
                names.add(found.getSimpleName());
                Stream.<Member>concat(
                                Stream.of(found.getDeclaredMethods()),
                                Stream.of(found.getDeclaredFields())
                                        .filter(field -> Modifier.isPublic(field.getModifiers())))
                        .map(Member::getName)
                        .forEach(names::add);
            }
        } catch (ClassNotFoundException | LinkageError e) {
            // not accessible
        }
    }
}
