package tcp.bench;

/** How a server took a hostile client. */
enum Mark {
    /** It did what it should. */
    HOLDS("holds"),
    /** A limit turned the client away, and nobody else was harmed. */
    REFUSES("refuses"),
    /** Others were harmed, memory grew, or a right client got no right answer. */
    FAILS("fails"),
    /** It could not be tried here, or only with the server's process at hand. */
    UNTRIED("not tried");

    private final String word;

    Mark(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
