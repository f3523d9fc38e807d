package tcp.docs.source;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Problem;
import tcp.testkit.source.Patch;
import tcp.testkit.source.Steps;

/** A java block shows lines of a step's source, as they are. */
public final class JavaBlocks {
    private JavaBlocks() {}

    static List<Problem> check(Docs docs, Block block) {
        Steps step = step(block);
        if (step == null) {
            return List.of(block.problem(
                    "a java block titled \"" + block.title() + "\"",
                    "title it \"Server.java#member\" in a chapter, and \"step5-http/Server.java#member\" elsewhere"));
        }
        List<String> source = docs.source(step);
        if (block.lines().isEmpty() || !Patch.places(source, block.lines()).isEmpty()) {
            return List.of();
        }
        int differs = 0;
        while (!Patch.places(source, block.lines().subList(0, differs + 1)).isEmpty()) {
            differs++;
        }
        List<String> now = excerpt(source, block);
        return List.of(block.problem(
                        differs,
                        "this line is not in " + Docs.sourceName(step) + ", or not behind the one before it",
                        "copy it from there as it is, or let -Ddocs.update do it")
                .with(now == null ? null : docs.edit(block, now)));
    }

    /** The step that a java block is from: title="Server.java#run", or with its folder; or null. */
    static Steps step(Block block) {
        String file = block.title().split("#")[0];
        String folder = file.replaceFirst("/(src/main/java/tcp/)?Server\\.java$", "");
        return file.equals("Server.java")
                ? Docs.step(block.page())
                : Stream.of(Steps.values())
                        .filter(step -> step.folder.equals(folder))
                        .findFirst()
                        .orElse(null);
    }

    /**
     * What a block should show now that its source has changed: from its first line to its last
     * one, if both are still in the source, once; else the member that its title names, or null.
     */
    static List<String> excerpt(List<String> source, Block block) {
        List<String> lines = block.lines();
        List<Integer> first = Patch.places(source, lines.subList(0, 1));
        if (first.size() == 1) {
            List<String> rest = source.subList(first.get(0), source.size());
            List<Integer> last = Patch.places(rest, lines.subList(lines.size() - 1, lines.size()));
            if (!last.isEmpty()) {
                return List.copyOf(rest.subList(0, last.get(0) + 1));
            }
        }
        String[] title = block.title().split("#", 2);
        return title.length < 2 ? null : member(source, title[1]);
    }

    /** The lines of a method, a field or a class, without its comment; or null. */
    static List<String> member(List<String> source, String name) {
        var text = new SimpleJavaFileObject(URI.create("string:///Server.java"), Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return String.join("\n", source);
            }
        };
        JavacTask task =
                (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, null, null, null, List.of(text));
        try {
            var unit = task.parse().iterator().next();
            var positions = Trees.instance(task).getSourcePositions();
            Tree found = new TreeScanner<Tree, Void>() {
                @Override
                public Tree visitClass(ClassTree type, Void nothing) {
                    return type.getSimpleName().contentEquals(name) ? type : super.visitClass(type, nothing);
                }

                @Override
                public Tree visitMethod(MethodTree method, Void nothing) {
                    return method.getName().contentEquals(name) ? method : super.visitMethod(method, nothing);
                }

                @Override
                public Tree visitVariable(VariableTree variable, Void nothing) {
                    return variable.getName().contentEquals(name) ? variable : null;
                }

                @Override
                public Tree reduce(Tree one, Tree other) {
                    return other == null ? one : other;
                }
            }.scan(unit, null);
            return found == null
                    ? null
                    : List.copyOf(source.subList(
                            (int) unit.getLineMap().getLineNumber(positions.getStartPosition(unit, found)) - 1,
                            (int) unit.getLineMap().getLineNumber(positions.getEndPosition(unit, found))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
