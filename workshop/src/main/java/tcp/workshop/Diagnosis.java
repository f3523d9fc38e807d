package tcp.workshop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tcp.workshop.Failure.Symptom;

/** What a failure most likely comes from, in the learner's terms. */
final class Diagnosis {
    private Diagnosis() {}

    private record Rule(String exercise, String promise, Predicate<Failure> when, String cause) {
        boolean fits(Exercise on, Failure failure) {
            return on.name().matches(exercise) && failure.promise().matches(promise) && when.test(failure);
        }
    }

    private static Predicate<Failure> any(Symptom... symptoms) {
        return failure -> List.of(symptoms).contains(failure.symptom());
    }

    private static Predicate<Failure> busy() {
        return Failure::spins;
    }

    private static Predicate<Failure> always() {
        return failure -> true;
    }

    private static Predicate<Failure> comesBackWith(String beginning) {
        return failure -> failure.seen() != null && failure.seen().cameBack().startsWith("\"" + beginning);
    }

    private static Predicate<Failure> nothingCameBack() {
        return failure -> failure.symptom() == Symptom.SILENT && failure.seen().received() == 0;
    }

    private static Predicate<Failure> says(String part) {
        return failure -> failure.cause() != null
                && String.valueOf(failure.cause().getMessage()).contains(part);
    }

    /** "Of 10 bytes 12 came back." */
    private static boolean moreThanSent(Failure failure) {
        Matcher counts = Pattern.compile("Of (\\d+) bytes (\\d+) came back")
                .matcher(failure.cause() == null ? "" : failure.cause().getMessage());
        return counts.find() && Long.parseLong(counts.group(2)) > Long.parseLong(counts.group(1));
    }

    /** The first that fits is taken, so the special ones come first. */
    private static final List<Rule> RULES = List.of(
            // Whatever it was that could not be served meanwhile
            new Rule(
                    "(?!loops).*",
                    ".*",
                    failure -> failure.place() != null,
                    "Your loop stays in a handler, so no other key has its turn, and nobody"
                            + " sees that close() was called. A handler does what can be"
                            + " done now, and returns: it never waits, sleeps, or loops"
                            + " until something comes or fits."),
            new Rule(
                    "(?!echo).*",
                    ".*",
                    comesBackWith("\\000"),
                    "Zeros came back, where no byte was put. After you have filled a buffer"
                            + " its position is behind the bytes: flip() it before you"
                            + " write."),
            new Rule(
                    ".*",
                    "clientsThat.*|manyClients.*",
                    says("timed out"),
                    "A client could not even connect: the queue of those who wait to be"
                            + " accepted is full. Pass bind() a backlog, 1024: without one"
                            + " it is 50."),
            // Step 1
            new Rule(
                    "step1",
                    "connectsAndStaysSilent",
                    any(Symptom.REFUSED),
                    "Nobody listens where port() says. Open a ServerSocketChannel, bind it"
                            + " to the port in the constructor, and let port() ask it."),
            new Rule(
                    "step1",
                    "connectsAndStaysSilent",
                    any(Symptom.END, Symptom.RESET),
                    "Your server accepted the client and hung up. In this step nobody is"
                            + " accepted: the client stays in the kernel's queue."),
            new Rule(
                    "step1",
                    "silentClientCostsNoCpu",
                    always(),
                    "select() returns at once, again and again. A client waits to be"
                            + " accepted, you do not accept it, and readiness is"
                            + " level-triggered: it is reported as long as it lasts. Take"
                            + " OP_ACCEPT out of the interest set once you have said who"
                            + " is there. (selectNow() does not wait at all: it must be"
                            + " select().)"),
            new Rule(
                    "step1",
                    "saysOnce.*",
                    says("It ended before"),
                    "The program ended: run() returned. It is to ask select() again and"
                            + " again, until close() is called."),
            new Rule(
                    "step1",
                    "saysOnce.*",
                    says("print that someone is knocking")
                            .and(says("Standard output: ["))
                            .and(failure -> !failure.cause().getMessage().matches("(?s).*output: \\[[^,]*]\n.*")),
                    "Your server says it in other words. The line is \"Someone is" + " knocking\", and nothing else."),
            new Rule(
                    "step1",
                    "saysOnce.*",
                    says("print that someone is knocking"),
                    "Your loop did not hear the client knock. Is the listener registered"
                            + " with the selector, for OP_ACCEPT, and does run() call"
                            + " select()?"),
            new Rule(
                    "step1",
                    "saysOnce.*|isIdle.*",
                    always(),
                    "Your loop says it again and again for one client: readiness is"
                            + " level-triggered. Take OP_ACCEPT out of the interest set"
                            + " once you have said who is there."),
            // Step 2
            new Rule(
                    "step2",
                    "endsEachConnectionAtOnce",
                    any(Symptom.SILENT),
                    "The client is connected, and nobody hangs up. accept() gives you a"
                            + " channel: close() it. If you do, is OP_ACCEPT in the"
                            + " listener's interest set?"),
            new Rule(
                    "step2",
                    "printsWhoConnected|endsTheConnectionsOfAllWhoWait",
                    any(Symptom.SILENT),
                    "The first client was served, and a later one was not. Is OP_ACCEPT"
                            + " still in the listener's interest set after the first?"),
            new Rule(
                    "step2",
                    "endsEachConnectionAtOnce",
                    any(Symptom.MORE),
                    "Your server says something. In this step it hangs up without a" + " word."),
            new Rule(
                    "step[2-5]",
                    "clientsThatResetLeaveNoDescriptors",
                    always(),
                    "Channels stay open after their clients have gone. cancel() and"
                            + " shutdownOutput() do not close a channel: call close() on"
                            + " every way out, also when an exception came."),
            new Rule(
                    "step[3-5]",
                    "livesWithoutDescriptors",
                    says("has ended").or(any(Symptom.REFUSED)),
                    "accept() failed, since no descriptor was left, and your server ended,"
                            + " or closed its listener. Nobody's channel is at fault: let"
                            + " the listener rest for a turn, and keep it."),
            new Rule(
                    "step[3-5]",
                    "livesWithoutDescriptors",
                    any(Symptom.RESET, Symptom.SILENT),
                    "Without a descriptor left, a client that was connected is not served"
                            + " any more. JDK 17 opens one of its own at the first close()"
                            + " or write() of a channel, and fails there: do that once in"
                            + " the constructor, SocketChannel.open().close()."),
            // Step 3
            new Rule(
                    "step3",
                    "keepsTheConnection.*",
                    any(Symptom.END, Symptom.RESET),
                    "Your server hung up on a client that has not ended. Register the"
                            + " accepted channel for OP_READ, and keep it open until"
                            + " read() returns -1."),
            new Rule(
                    "step[3-5]",
                    "hangsUp.*",
                    busy(),
                    "The client has ended, and your loop is busy with nothing. read()"
                            + " returns -1 at end of stream, and the channel stays ready"
                            + " for reading for ever: close it when you see -1."),
            new Rule(
                    "step[3-5]",
                    "hangsUp.*",
                    any(Symptom.SILENT),
                    "The client has ended, and your server keeps its half open. When"
                            + " read() returns -1, close() the channel. cancel() only"
                            + " takes it from the selector: the connection stays."),
            new Rule(
                    "step3",
                    "readsAllOfAnUpload",
                    any(Symptom.STUCK, Symptom.SILENT),
                    "Your server stops reading after the first 16 kB or so. A buffer that"
                            + " is full reads 0 bytes: clear() it before each read()."),
            // Step 4
            new Rule(
                    "step4",
                    "saysNothingUnasked",
                    failure -> failure.symptom() == Symptom.SILENT
                            && failure.seen().received() > 0,
                    "The reply came, and the connection does not end. Once all of the"
                            + " reply is written, end your half: shutdownOutput()."),
            new Rule(
                    "step4",
                    "saysNothingUnasked",
                    nothingCameBack(),
                    "Your server reads, and does not answer. Keep the reply with the key,"
                            + " ask for OP_WRITE, and write when select() says so."),
            new Rule(
                    "step4",
                    ".*",
                    any(Symptom.WRONG)
                            .or(any(Symptom.END).and(failure -> failure.seen().received() > 0)),
                    "What came back is not the reply, to the byte: \"Received\", how many"
                            + " bytes the first read gave, \"bytes\", and \\n. It is one"
                            + " client's own: a buffer or text that all share mixes them"
                            + " up."),
            new Rule(
                    "step4",
                    "saysNothingUnasked",
                    any(Symptom.MORE, Symptom.END),
                    "Your server acts before the client has said anything. A new channel"
                            + " is ready for writing at once: ask for OP_WRITE only when"
                            + " a reply is owed."),
            new Rule(
                    "step[45]",
                    "clientThat(Lingers|Stays)CostsNoCpu",
                    always(),
                    "The loop is busy after the answer has gone out. OP_WRITE was left on:"
                            + " a channel is nearly always ready for writing, so select()"
                            + " returns at once. Take it out of the interest set when"
                            + " nothing is owed."),
            new Rule(
                    "step4",
                    "silentClientCostsNoCpu",
                    always(),
                    "The loop is busy with a client that has said nothing. Is OP_WRITE in"
                            + " the interest set from the start? Ask for it only while a"
                            + " reply is owed."),
            new Rule(
                    "step4",
                    "replies(AfterHalfClose|ThoughTheEndCameFirst)|saysNothingUnasked",
                    any(Symptom.END, Symptom.RESET),
                    "The client ended its half and still waits for its reply, and your"
                            + " server closed the connection. While a reply is owed, do"
                            + " not read: then -1 is seen only after the reply is out."),
            new Rule(
                    "step4",
                    "takesAnUploadToItsEnd|ignoresWhat.*",
                    any(Symptom.RESET, Symptom.STUCK),
                    "Your server closed the connection with input unread, and that resets"
                            + " it: the reply may be lost. End your half with"
                            + " shutdownOutput(), read on and drop what comes, and close"
                            + " at -1. A write after that throws: is OP_WRITE off again,"
                            + " and OP_READ on?"),
            // Step 5
            new Rule(
                    "step5",
                    "answersARequestAndStaysOpen",
                    any(Symptom.WRONG, Symptom.END),
                    "What came back is not the response, to the byte. It has four header"
                            + " lines and an empty one, which end with \\r\\n, and then"
                            + " hello\\n; and the connection stays open."),
            new Rule(
                    "step5",
                    "answersARequestAndStaysOpen",
                    nothingCameBack(),
                    "A whole request came, and no answer. After a read the buffer's"
                            + " position is behind the bytes: flip() it before you look at"
                            + " them, clear() it before you read. And is the answer"
                            + " written, or OP_WRITE asked for?"),
            new Rule(
                    "step5",
                    "saysNothingBeforeTheHeadIsOver|findsAnEndThatIsCut",
                    any(Symptom.MORE),
                    "Your server answered before the request was over. One read is not"
                            + " one request: TCP delivers bytes, and only \\r\\n\\r\\n"
                            + " ends a head."),
            new Rule(
                    "step5",
                    "answersARequestThatComesByteByByte|findsAnEndThatIsCut",
                    any(Symptom.SILENT),
                    "The \\r\\n\\r\\n came in more than one read, and your server missed"
                            + " it. What is known of a half-read request must last from"
                            + " one read to the next."),
            new Rule(
                    "step5",
                    "findsAnEndAfterWhatLooksLikeOne|saysNothingBeforeTheHeadIsOver",
                    any(Symptom.SILENT),
                    "After a byte that did not fit, your search began anew one byte too"
                            + " late. That byte may be the \\r of the real end."),
            new Rule(
                    "step5",
                    "answersPipelinedRequests",
                    any(Symptom.SILENT),
                    "Your server answered fewer times than there were requests in one"
                            + " read. Look at what remains in the buffer after the first"
                            + " one."),
            new Rule(
                    "step5",
                    "keepsConnectionsApart",
                    failure -> failure.symptom() != Symptom.LOOP_ENDED,
                    "Two clients' half requests were taken for one. What is known of a"
                            + " half-read request belongs to its connection: attach it to"
                            + " the key."),
            new Rule(
                    "step5",
                    "stopsAClient.*",
                    says("bytes of answers, which are not"),
                    "Answers got lost or mixed up. write() takes what fits and returns how"
                            + " much that was: keep the rest, ask for OP_WRITE, and go on"
                            + " where you stopped."),
            new Rule(
                    "step5",
                    "stopsAClient.*",
                    any(Symptom.STUCK, Symptom.SILENT, Symptom.END, Symptom.RESET),
                    "Not all answers came. write() takes what fits and returns how much"
                            + " that was: keep count of the rest, ask for OP_WRITE only,"
                            + " and go on where you stopped. While something is owed, do"
                            + " not read: then TCP stops the client (back-pressure)."),
            new Rule(
                    "step5",
                    "stopsAClient.*|clientThatNeverReads.*",
                    failure -> failure.symptom() != Symptom.LOOP_ENDED,
                    "A client sends and sends and takes no answer, and your server goes on"
                            + " reading from it. While something is owed, take OP_READ out"
                            + " of its interest set: then TCP stops the client"
                            + " (back-pressure)."),
            new Rule(
                    "step5",
                    "stopsAClient.*|answersPipelined.*",
                    any(Symptom.LOOP_ENDED),
                    "Your server reads on while it owes answers, and owes more than it"
                            + " has room for. While something is owed, ask for OP_WRITE"
                            + " only: then TCP stops the client (back-pressure)."),
            // ECHO
            new Rule(
                    "echo",
                    "echoesWhatItGets",
                    failure -> failure.symptom() == Symptom.WRONG
                            && failure.seen().cameBack().startsWith("\"Receiv"),
                    "Your server still answers as in step 4. Send back the bytes that"
                            + " came, and keep the connection."),
            new Rule(
                    "echo",
                    "echoesWhatItGets",
                    any(Symptom.WRONG, Symptom.MORE),
                    "Other bytes came back than were sent. After a read the buffer's"
                            + " position is behind the bytes: flip() it before you write,"
                            + " and clear() it before you read."),
            new Rule(
                    "echo",
                    "clientThatStaysCostsNoCpu",
                    always(),
                    "The loop is busy after the bytes have gone back. OP_WRITE was left"
                            + " on: ask for it only while something is owed."),
            new Rule(
                    "echo",
                    "stopsAClient.*",
                    Diagnosis::moreThanSent,
                    "More came back than was sent: bytes of other clients are among them."
                            + " The buffer is shared by all, so what is owed to one client"
                            + " needs a place of its own."),
            new Rule(
                    "echo",
                    "stopsAClient.*",
                    says(" came back.\n"),
                    "Bytes got lost. write() takes what fits: keep the rest with the key,"
                            + " ask for OP_WRITE, and go on where you stopped."),
            new Rule(
                    "echo",
                    "stopsAClient.*",
                    says("but not the same ones"),
                    "Bytes of two clients were mixed. The buffer is shared by all, so what"
                            + " is owed to one client needs a place of its own."),
            new Rule(
                    "echo",
                    "stopsAClient.*",
                    says("took 50 MB"),
                    "A client sends and takes nothing back, and your server goes on"
                            + " reading: all that piles up, or gets lost. While something"
                            + " is owed, take OP_READ out of the interest set"
                            + " (back-pressure)."),
            // Honest HTTP
            new Rule(
                    "http",
                    "skipsABody",
                    any(Symptom.MORE),
                    "A body was taken for a request. Content-Length says how many bytes"
                            + " follow the head: skip so many before you look for the"
                            + " next request."),
            new Rule(
                    "http",
                    "skipsABodyThatComesInPieces",
                    any(Symptom.MORE, Symptom.WRONG),
                    "The part of a body that came in a later read was taken for a request."
                            + " Keep with the connection how many bytes are still to be"
                            + " skipped."),
            new Rule(
                    "http",
                    "ignoresTheCaseOfNames",
                    always(),
                    "content-length was not taken for Content-Length. Names of headers" + " have no case."),
            new Rule(
                    "http",
                    "headGetsNoBody",
                    any(Symptom.MORE),
                    "HEAD got a body. It gets the same head as GET, Content-Length and"
                            + " all, and no body: the client would take the body for the"
                            + " next response."),
            new Rule(
                    "http",
                    "closesWhenAsked|speaksHttp10",
                    any(Symptom.SILENT),
                    "The client asked to close, the answer came, and the connection stays"
                            + " open. Once the answer is out, shutdownOutput()."),
            new Rule(
                    "http",
                    "closesWhenAsked",
                    any(Symptom.WRONG),
                    "The client asked to close, and the answer promises to stay. Look at"
                            + " the Connection header of the request, whatever its case."),
            new Rule(
                    "http",
                    "refuses.*",
                    any(Symptom.RESET),
                    "The refusal was lost in a reset: the connection was closed with input"
                            + " unread. After the refusal, shutdownOutput(), read and drop"
                            + " what comes, and close at -1."),
            new Rule(
                    "http",
                    "refusesWhatIsNoRequest",
                    any(Symptom.WRONG, Symptom.MORE),
                    "Your server answered what it should refuse with 400. Look at what was"
                            + " sent: which rule of a request does it break?"),
            new Rule(
                    "http",
                    "refusesWhatItDoesNotSpeak",
                    any(Symptom.WRONG),
                    "Your server answered a request that it does not understand. Where a"
                            + " chunked body ends is not known here, so what follows cannot"
                            + " be read: refuse with 501, and a version that is not 1.x"
                            + " with 505."),
            new Rule(
                    "http",
                    "refusesAHeadWithoutEnd",
                    any(Symptom.SILENT),
                    "A head of more than 8 KiB was taken, and not refused. Count its"
                            + " bytes, and answer 431 when there are too many: else a"
                            + " client decides how much memory you need."),
            // Deadlines
            new Rule(
                    "deadlines",
                    "endsASilentConnection",
                    any(Symptom.SILENT),
                    "The client's time was over, and nobody hung up. While nothing"
                            + " happens, select() sleeps for ever: give it a time limit,"
                            + " up to the next deadline, and look then who is late."),
            new Rule(
                    "deadlines",
                    "answersAsBefore|endsASilentConnection",
                    any(Symptom.END, Symptom.RESET),
                    "Your server hung up before the second was over."),
            new Rule(
                    "deadlines",
                    "silentClientCostsNoCpu",
                    always(),
                    "The loop is busy while it waits for a deadline. Let select() sleep"
                            + " until the next deadline, not in small slices; and a time"
                            + " limit of 0 means none at all."),
            new Rule(
                    "deadlines",
                    "keepsASlowClientThatIsServed",
                    any(Symptom.END, Symptom.RESET),
                    "Your server hung up on a client that was slow, and got its answers."
                            + " Each answer that is out renews the deadline."),
            new Rule(
                    "deadlines",
                    "endsManySilentConnections",
                    any(Symptom.SILENT),
                    "Some connections outlive their deadline. After an answer the clock"
                            + " runs again, for each connection on its own. (And a time"
                            + " limit that is rounded down to 0 means none at all.)"),
            new Rule(
                    "deadlines",
                    "endsAConnectionThatDripsBytes",
                    any(Symptom.SILENT),
                    "A client that sends a byte now and then is never hung up on. Bytes"
                            + " must not renew the deadline, only answers: else a slow"
                            + " client holds its connection for ever."),
            new Rule(
                    "deadlines",
                    "endsAConnectionThatTakesNoAnswers",
                    always(),
                    "A client that takes no answers holds its connection. Its time runs"
                            + " while answers are owed, too: only when all of them are"
                            + " out, it begins anew."),
            // Too many clients
            new Rule(
                    "crowd",
                    "keepsTheNextOneWaiting",
                    any(Symptom.MORE),
                    "Client 101 was served. Count those who are connected, and take"
                            + " OP_ACCEPT out of the listener's interest set at 100."),
            new Rule(
                    "crowd",
                    "servesAHundred|keepsTheNextOneWaiting",
                    any(Symptom.END, Symptom.RESET),
                    "Client 101 was accepted and hung up on. Do not accept it: in the"
                            + " kernel's queue it can wait until somebody leaves."),
            new Rule(
                    "crowd",
                    "costsNoCpuWhenItIsFull",
                    always(),
                    "The loop is busy while it is full: a client waits, nobody accepts"
                            + " it, and select() reports it again and again. Take"
                            + " OP_ACCEPT out of the interest set, and mind the place in"
                            + " run() that puts it back."),
            new Rule(
                    "crowd",
                    "letsTheNextInWhenOneCloses",
                    any(Symptom.SILENT),
                    "Somebody left, and the next one still waits. Put OP_ACCEPT back when"
                            + " a client leaves. And count yourself: selector.keys() has"
                            + " a closed channel until the next select()."),
            new Rule(
                    "crowd",
                    "letsTheNextInWhenOneResets|clientsThat.*",
                    any(Symptom.SILENT),
                    "A client that broke off is still counted. An exception is a way to"
                            + " leave as well: count down on every way out."),
            new Rule(
                    "crowd",
                    "countsRightAfterResets",
                    any(Symptom.MORE),
                    "After some resets more than 100 were let in: somebody was counted" + " down twice."),
            // SIGTERM
            new Rule(
                    "sigterm",
                    "answersTheNextRequestOfAnIdleClient",
                    any(Symptom.END, Symptom.RESET),
                    "On SIGTERM your server went at once, and a request that was on its"
                            + " way is lost. A shutdown hook runs before the JVM ends: let"
                            + " it tell the loop, and wait until the clients are done."),
            new Rule(
                    "sigterm",
                    "answers.*",
                    any(Symptom.WRONG),
                    "The last answer promises to stay. While you are stopping, answer with"
                            + " Connection: close, so that the client knows."),
            new Rule(
                    "sigterm",
                    "answers.*",
                    any(Symptom.SILENT),
                    "The last answer came, and the connection does not end. After"
                            + " Connection: close, shutdownOutput()."),
            new Rule(
                    "sigterm",
                    "answersARequestThatIsHalfSent",
                    any(Symptom.END, Symptom.RESET),
                    "A request was half sent when SIGTERM came, and your server hung up."
                            + " Who is in the middle of a request gets the time to end"
                            + " it."),
            new Rule(
                    "sigterm",
                    "endsThoughAClientIsSilent",
                    always(),
                    "A client that says nothing keeps your server from ending. Wait a"
                            + " second for your clients, and then go."),
            new Rule(
                    "sigterm",
                    "finishesAnswers.*",
                    always(),
                    "Answers that were under way were cut off. Write all that is owed"
                            + " before you end a connection."),
            // Several loops
            new Rule(
                    "loops",
                    "severalThreadsServe",
                    says("clients were served by"),
                    "One thread did all the work. Give each loop a thread and a selector"
                            + " of its own, and see that clients get to each: by a listener"
                            + " of its own on the same port (SO_REUSEPORT), or handed over"
                            + " by the loop that accepts."),
            new Rule(
                    "loops",
                    "answersARequestAndStaysOpen|severalThreadsServe",
                    any(Symptom.SILENT),
                    "A client fell to a loop that does not look. A channel that is handed"
                            + " over must be registered by that loop's own thread: put it"
                            + " in a queue, and wake up the selector."),
            new Rule(
                    "loops",
                    "closeEndsAllLoops|answersARequestAndStaysOpen",
                    any(Symptom.DOES_NOT_END).or(says("a loop's thread is still there")),
                    "A loop goes on after close(). Each has a selector of its own, and" + " each must be woken up."),
            // Any exercise
            new Rule(
                    ".*",
                    ".*",
                    any(Symptom.DOES_NOT_END).and(says("close()")),
                    "close() came, and the loop slept on in select(). close() must tell"
                            + " the loop to end, and wake it up: selector.wakeup()."),
            new Rule(
                    ".*",
                    ".*",
                    any(Symptom.DOES_NOT_END),
                    "close() returned, and run() goes on. close() must tell the loop to"
                            + " end (a volatile field), and wake it up:"
                            + " selector.wakeup()."),
            new Rule(
                    ".*",
                    ".*",
                    failure -> ended(failure, CancelledKeyException.class),
                    "A key was used after cancel() or close(). select() may deliver a key"
                            + " that you have just closed, and register() finds a"
                            + " cancelled key until the next select(): change"
                            + " interestOps(), and leave cancel() to close()."),
            new Rule(
                    ".*",
                    ".*",
                    failure -> ended(failure, IllegalBlockingModeException.class),
                    "A channel must be non-blocking before it is registered:"
                            + " configureBlocking(false) comes first."),
            new Rule(
                    ".*",
                    ".*",
                    failure -> ended(failure, ClosedSelectorException.class),
                    "close() closed the selector while run() was still using it. close()"
                            + " comes from another thread: let it tell the loop and wake"
                            + " it up, wait until run() has ended, and close things then."),
            new Rule(
                    ".*",
                    ".*",
                    failure -> ended(failure, ConcurrentModificationException.class),
                    "The selected keys were changed while a loop went through them. Remove"
                            + " each with the iterator's own remove(), or let"
                            + " select(Consumer) do all that."),
            new Rule(
                    ".*",
                    ".*",
                    failure -> ended(failure, NullPointerException.class),
                    "Something was null there. accept() returns null when nobody waits"
                            + " any more; attachment() is null when nothing was attached;"
                            + " and a key that is not removed from"
                            + " selectedKeys() comes again though nothing is ready."
                            + " select(Consumer) forgets none."),
            new Rule(
                    ".*",
                    ".*",
                    failure -> ended(failure, BindException.class),
                    "close() has returned, and the port is still taken. Close every"
                            + " listener, and every selector: a closed channel lets go of"
                            + " its port only when its selector does."),
            new Rule(
                    ".*",
                    ".*",
                    failure -> failure.symptom() == Symptom.LOOP_ENDED
                            && (ended(failure, IOException.class) || ended(failure, UncheckedIOException.class)),
                    "One client's broken connection ended the loop for all. Catch the"
                            + " IOException where one key is handled, and close that"
                            + " key's channel only."),
            new Rule(
                    ".*",
                    ".*",
                    any(Symptom.LOOP_ENDED),
                    "An exception came out of your loop, and with it the server ended for"
                            + " all clients. Its line is named above. If it makes no sense"
                            + " there: is each key removed from selectedKeys()?"),
            new Rule(
                    ".*",
                    ".*",
                    any(Symptom.REFUSED),
                    "Nobody listens any more. Did the program end, or close its" + " listener?"));

    private static boolean ended(Failure failure, Class<? extends Throwable> kind) {
        Optional<Throwable> end = failure.cause() == null
                ? Optional.empty()
                : failure.symptom() == Symptom.LOOP_ENDED
                        ? Failure.loopEnded(failure.cause()).map(Throwable::getCause)
                        : Optional.of(failure.cause());
        return end.filter(kind::isInstance).isPresent();
    }

    /** The likely cause; what the promise itself says to look at, if no rule fits. */
    static String of(Exercise exercise, Failure failure) {
        return RULES.stream()
                .filter(rule -> rule.fits(exercise, failure))
                .map(Rule::cause)
                .findFirst()
                .orElseGet(() -> fallback(failure));
    }

    private static String fallback(Failure failure) {
        String lookAt = failure.part("Look at:");
        if (!lookAt.isEmpty()) {
            return Character.toUpperCase(lookAt.charAt(0)) + lookAt.substring(1);
        }
        if (failure.spins()) {
            return "The loop was busy while nothing happened: select() reports an interest"
                    + " that no handler serves. Serve it, or take it out.";
        }
        return failure.symptom() == Symptom.STUCK
                ? "The promise did not come to an end: the server does not take what the"
                        + " client sends, or does not answer."
                : "Compare what was expected with what came.";
    }
}
