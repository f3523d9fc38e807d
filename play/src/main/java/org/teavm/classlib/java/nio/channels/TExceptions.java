package org.teavm.classlib.java.nio.channels;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;

// The exceptions of java.nio.channels, as in TSelectableChannel.java.

class TAsynchronousCloseException extends ClosedChannelException {
    private static final long serialVersionUID = 1L;
}

class TClosedByInterruptException extends AsynchronousCloseException {
    private static final long serialVersionUID = 1L;
}

class TAlreadyBoundException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
}

class TAlreadyConnectedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
}

class TCancelledKeyException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
}

class TClosedSelectorException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
}

class TConnectionPendingException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
}

class TIllegalBlockingModeException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
}

class TIllegalSelectorException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
}

class TNoConnectionPendingException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
}

class TNotYetBoundException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
}

class TNotYetConnectedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
}

class TUnresolvedAddressException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
}

class TUnsupportedAddressTypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
}
