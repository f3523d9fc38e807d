package docs;

import java.util.List;

/** The kernel blocks. */
final class Kernels {
    private Kernels() {}

    static List<Problem> check(Docs docs, Block block) {
        try {
            List<String> recorded =
                    Recording.of(docs, Docs.step(block.page()), block.title()).lines(Docs.step(block.page()));
            int misfit = Output.misfit(block.lines(), recorded);
            return misfit < 0
                    ? List.of()
                    : List.of(block.problem(
                            misfit,
                            "the kernel sees something else from this"
                                    + " line on. Recorded now:\n        "
                                    + String.join("\n        ", recorded),
                            "let -Ddocs.update write the block, and see that the" + " text beside" + " it still fits"));
        } catch (IllegalArgumentException e) {
            return List.of(block.problem(e.getMessage(), "title it as one of these"));
        }
    }
}
