package tcp.testkit.client;

/** How a server's response differed from the expected one, as one client saw it. */
public enum Symptom {
    /** The client could not connect. */
    REFUSED,
    /** No answer came, or only a part of it, and the connection stayed open. */
    SILENT,
    /** What the client sent was not taken. */
    BLOCKED,
    /** Other bytes came than expected. */
    WRONG_BYTES,
    /** End of stream came before all that was expected, or where nothing was. */
    EARLY_END,
    /** Bytes came where end of stream or silence was expected. */
    MORE,
    /** The connection was reset, or broke in another way. */
    RESET
}
