package docs;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What a java block should show now that its source has changed. */
final class Excerpt {
    private Excerpt() {}

    /**
     * From the block's first line to its last one, if both are in the source still, once;
     * else the member that its title names, whole; else null.
     */
    static List<String> of(List<String> source, Block block) {
        List<String> lines = block.lines();
        if (!lines.isEmpty()) {
            List<Integer> first = Typing.places(source, lines.subList(0, 1));
            if (first.size() == 1) {
                List<String> rest = source.subList(first.get(0), source.size());
                List<Integer> last = Typing.places(rest, lines.subList(lines.size() - 1, lines.size()));
                if (!last.isEmpty()) {
                    return List.copyOf(rest.subList(0, last.get(0) + 1));
                }
            }
        }
        String[] title = block.title().split("#", 2);
        return title.length < 2 ? null : member(source, title[1]);
    }

    /** The lines of a method, a field or a class, without its comment; or null. */
    static List<String> member(List<String> source, String name) {
        int[] found = {-1, -1};
        JavacTask task = Compiler.task(source);
        try {
            Trees trees = Trees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                unit.accept(
                        new TreeScanner<Void, Void>() {
                            private void look(CharSequence its, Tree tree) {
                                if (found[0] < 0 && its.toString().equals(name)) {
                                    var positions = trees.getSourcePositions();
                                    found[0] = (int)
                                            unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
                                    found[1] =
                                            (int) unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree));
                                }
                            }

                            @Override
                            public Void visitClass(ClassTree type, Void nothing) {
                                for (Tree member : type.getMembers()) {
                                    if (member instanceof MethodTree method) {
                                        look(method.getName(), method);
                                    } else if (member instanceof VariableTree field) {
                                        look(field.getName(), field);
                                    }
                                }
                                look(type.getSimpleName(), type);
                                return super.visitClass(type, nothing);
                            }
                        },
                        null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found[0] < 0 ? null : List.copyOf(source.subList(found[0] - 1, found[1]));
    }
}
