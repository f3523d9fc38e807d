package tcp.workshop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One exercise: where it starts, which promises its server must keep, and in which order
 * they are tried.
 *
 * @param name what the learner types, and the folder under workshop/exercises
 * @param title in a few words
 * @param starter the source that one starts from, relative to the project
 * @param solution the source of a server that keeps all promises, relative to the project
 * @param promises the test classes; the first one's promises come first
 * @param order methods of theirs, in the order that teaches; those that are not named
 *        follow, by name
 * @param left methods that are not tried: what the starter gives already, and stretch goals
 */
record Exercise(
        String name,
        String title,
        String starter,
        String solution,
        List<String> promises,
        List<String> order,
        List<String> left) {

    /** What the program of each step promises beyond its protocol; the starters give it. */
    private static final List<String> GIVEN = List.of(
            "runsFromSource", "runsFromJar", "refusesWhatIsNoPort", "namesThePortInUse", "listensOn8080ByDefault");

    private static final List<String> MODULES =
            List.of("step1-init", "step2-discard", "step3-read", "step4-write", "step5-http");

    static final List<Exercise> ALL = List.of(
            step(
                    1,
                    "a loop that hears a client knock",
                    "Init",
                    "connectsAndStaysSilent silentClientCostsNoCpu"
                            + " saysOnceThatSomeoneIsKnocking isIdleWhenNothingHappens"
                            + " closeEndsTheLoopAndFreesThePort",
                    ""),
            step(
                    2,
                    "accept every client, and hang up",
                    "Discard",
                    "endsEachConnectionAtOnce printsWhoConnected"
                            + " endsTheConnectionsOfAllWhoWait silentClientCostsNoCpu"
                            + " clientsThatResetHarmNobody",
                    ""),
            step(
                    3,
                    "read what clients send",
                    "Read",
                    "keepsTheConnectionAndAnswersNothing hangsUpAtEndOfStream"
                            + " printsEachRead readsAllOfAnUpload"
                            + " silentClientCostsNoCpu clientsThatResetHarmNobody"
                            + " clientsThatResetLeaveNoDescriptors"
                            + " floodsOfBytesDoNotKeepOthersWaiting",
                    ""),
            step(
                    4,
                    "answer, and lose no answer",
                    "Write",
                    "saysNothingUnasked repliesWithTheNumberOfBytes"
                            + " printsWhoSentHowMuch clientThatLingersCostsNoCpu"
                            + " repliesThoughTheEndCameFirst repliesAfterHalfClose"
                            + " hangsUpWhenNothingWasSent"
                            + " takesAnUploadToItsEnd ignoresWhatComesAfterTheReply"
                            + " silentClientCostsNoCpu clientsThatResetHarmNobody"
                            + " clientsThatResetLeaveNoDescriptors",
                    ""),
            step(
                    5,
                    "speak HTTP, and keep the connection",
                    "Http",
                    "answersARequestAndStaysOpen answers200RequestsOnOneConnection"
                            + " findsAnEndThatIsCut answersARequestThatComesByteByByte"
                            + " saysNothingBeforeTheHeadIsOver "
                            + "findsAnEndAfterWhatLooksLikeOne answersPipelinedRequests"
                            + " keepsConnectionsApart answersAfterHalfClose"
                            + " clientThatStaysCostsNoCpu silentClientCostsNoCpu"
                            + " stopsAClientThatDoesNotReadAndLosesNothing"
                            + " clientThatNeverReadsCostsNoMemory"
                            + " answersAsManyRequestsAsFitIntoARead"
                            + " answersRequestsInRandomPieces"
                            + " readsAHeadWithoutEndAndKeepsNothing"
                            + " headWithoutEndCostsNoMemory"
                            + " clientsThatResetHarmNobody"
                            + " clientsThatResetLeaveNoDescriptors",
                    "requestsMakeNoGarbage answersABurstWithOneWrite"
                            + " holds5000Connections writesOnceForEachBurst"
                            + " tenThousandConnectionsNeedLittleMemory"),
            beyond(
                    "echo",
                    "echo under back-pressure",
                    "step4-write",
                    "echo.EchoTest",
                    "echoesWhatItGets echoesEveryByte clientThatStaysCostsNoCpu"
                            + " silentClientCostsNoCpu echoesAfterHalfClose"
                            + " stopsAClientThatDoesNotReadAndLosesNothing"
                            + " keepsNothingOfWhatItHasEchoed"),
            beyond(
                    "http",
                    "HTTP/1.1 by its rules",
                    "step5-http",
                    "http.HttpTest",
                    "answersARequestAndStaysOpen skipsABody skipsABodyThatComesInPieces"
                            + " ignoresTheCaseOfNames headGetsNoBody closesWhenAsked"
                            + " closesAfterHttp10 answersWhatIsRight refusesWhatIsNoRequest"
                            + " refusesWhatItDoesNotSpeak refusesOtherVersions refusesAHeadWithoutEnd"
                            + " takesAHeadOf8KiB answersAMixInOrder readsAHeadInLinearTime"),
            beyond(
                    "deadlines",
                    "deadlines for slow clients",
                    "step5-http",
                    "deadlines.DeadlinesTest",
                    "answersARequestAndStaysOpen endsASilentConnection silentClientCostsNoCpu"
                            + " endsASilentConnectionWhileOthersAreServed"
                            + " endsManySilentConnections keepsASlowClientThatIsServed"
                            + " endsAConnectionThatDripsBytes"
                            + " endsAConnectionThatTakesNoAnswers"),
            beyond(
                    "crowd",
                    "a crowd at the door, and a limit of 100 clients",
                    "step5-http",
                    "crowd.CrowdTest",
                    "servesAHundred keepsTheNextOneWaiting countsSilentClients costsNoCpuWhenItIsFull"
                            + " letsTheNextInWhenOneCloses letsTheNextInWhenOneResets"
                            + " countsRightAfterResets"),
            beyond(
                    "sigterm",
                    "stopping on SIGTERM",
                    "step5-http",
                    "sigterm.SigtermTest",
                    "answersTheNextRequestOfAnIdleClient answersARequestThatIsHalfSent"
                            + " endsThoughAClientIsSilent finishesAnswersThatAreUnderWay"
                            + " losesNoRequestOfManyClients"),
            beyond(
                    "loops",
                    "several event loops",
                    "step5-http",
                    "loops.LoopsTest",
                    "answersARequestAndStaysOpen severalThreadsServe closeEndsAllLoops"
                            + " closeEndsTheLoopAndFreesThePort"));

    private static Exercise step(int number, String title, String promises, String order, String left) {
        String source = "/src/main/java/tcp/Server.java";
        String starter =
                number == 1 ? "workshop/exercises/step1/starter/Server.java" : MODULES.get(number - 2) + source;
        List<String> leftOut = new ArrayList<>(GIVEN);
        if (number > 1) { // silentClientCostsNoCpu measures it too, with no new process
            leftOut.add("isIdleWhenNothingHappens");
        }
        leftOut.addAll(words(left));
        return new Exercise(
                "step" + number,
                title,
                starter,
                MODULES.get(number - 1) + source,
                List.of("tcp." + promises + "Test", "tcp." + promises + "IT"),
                words(order),
                leftOut);
    }

    private static Exercise beyond(String name, String title, String from, String promises, String order) {
        return new Exercise(
                name,
                title,
                from + "/src/main/java/tcp/Server.java",
                "workshop/exercises/" + name + "/solution/tcp/Server.java",
                List.of(promises),
                words(order),
                List.of());
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(" "));
    }

    /**
     * The exercise that the learner means: "step2", "2", "echo".
     *
     * @throws Trouble if there is none
     */
    static Exercise named(String name) {
        String wanted = name.matches("[1-9]") ? "step" + name : name;
        return ALL.stream()
                .filter(e -> e.name.equals(wanted))
                .findFirst()
                .orElseThrow(() -> new Trouble(
                        "There is no exercise \"" + name + "\". There are: " + String.join(", ", names()) + "."));
    }

    static List<String> names() {
        return ALL.stream().map(Exercise::name).toList();
    }

    /** The exercise's folder: its task, its hints and its wrong answers. */
    Path folder(Path project) {
        return project.resolve("workshop").resolve("exercises").resolve(name);
    }

    /** The hints, each a text of its own, from a question to nearly the answer. */
    List<String> hints(Path project) throws IOException {
        String text = Files.readString(folder(project).resolve("hints.md"));
        return Stream.of(text.split("(?m)^## "))
                .skip(1)
                .map(hint -> hint.substring(hint.indexOf('\n')))
                .map(hint -> hint.replaceFirst("^\n+", "").stripTrailing())
                .toList();
    }

    /** The next exercise, or null after the last one. */
    Exercise next() {
        int i = ALL.indexOf(this) + 1;
        return i < ALL.size() ? ALL.get(i) : null;
    }
}
