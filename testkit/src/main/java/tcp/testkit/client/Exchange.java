package tcp.testkit.client;

import java.util.List;

/**
 * What one client sent and got, up to the point where the response was not the expected one.
 * Text has one character for each byte (ISO 8859-1).
 *
 * @param sent the first 200 bytes that it sent, a piece for each send()
 * @param sentBytes how many bytes it sent in all
 * @param halfClosed whether it ended its half of the connection after that
 * @param alone whether no other client had connected there before
 * @param receivedBytes how many bytes came back in all
 * @param received the first 200 of those that came in place of what was expected; what had
 *     come before and was as expected is not part of it
 * @param expected what was expected in its place, quoted or in words
 * @param happened what happened after that, such as the end of the stream; "" if the bytes themselves are wrong
 * @param difference how many bytes of what was expected had come when the first wrong one
 *     came, or none came any more; -1 if no particular bytes were expected
 * @param lookAt what to look at; may be empty
 */
public record Exchange(
        List<String> sent,
        long sentBytes,
        boolean halfClosed,
        boolean alone,
        long receivedBytes,
        String received,
        String expected,
        String happened,
        long difference,
        String lookAt) {}
