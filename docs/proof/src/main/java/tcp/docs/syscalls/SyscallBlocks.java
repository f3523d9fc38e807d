package tcp.docs.syscalls;

import java.util.List;
import tcp.docs.console.OutputMatcher;
import tcp.docs.page.Block;
import tcp.docs.page.Docs;
import tcp.docs.page.Problem;
import tcp.testkit.source.Steps;

/** A kernel block shows the system calls that the step's loop makes today. */
final class SyscallBlocks {
    private SyscallBlocks() {}

    static List<Problem> check(Docs docs, Block block) {
        List<String> recorded;
        try {
            Steps step = Docs.step(block.page());
            recorded = Recording.of(docs, step, block.title()).lines(step);
        } catch (IllegalArgumentException e) {
            return List.of(block.problem(e.getMessage(), "title it as one of these"));
        }
        int misfit = OutputMatcher.misfit(block.lines(), recorded);
        return misfit < 0
                ? List.of()
                : List.of(block.problem(
                                misfit,
                                "the kernel sees something else from this line on. Recorded now:\n        "
                                        + String.join("\n        ", recorded),
                                "let -Ddocs.update write the block, and see that the text beside it still fits")
                        .with(docs.edit(block, recorded)));
    }
}
