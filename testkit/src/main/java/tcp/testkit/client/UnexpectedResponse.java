package tcp.testkit.client;

import tcp.testkit.Unmet;

/**
 * The server's response was not the expected one, as one client saw it. The message says it
 * all; the parts are here for a program that wants to say more.
 */
public final class UnexpectedResponse extends Unmet {
    private static final long serialVersionUID = 1;

    private final Symptom symptom;
    private final transient Exchange exchange;

    UnexpectedResponse(String happened, Symptom symptom, Exchange exchange, Throwable cause) {
        super(happened, exchange.lookAt(), cause);
        this.symptom = symptom;
        this.exchange = exchange;
    }

    public Symptom symptom() {
        return symptom;
    }

    public Exchange exchange() {
        return exchange;
    }
}
