package org.teavm.classlib.java.lang;

import org.teavm.jso.JSBody;

// In place of TeaVM's, which keeps arrays of chars: a page's engine is good at appending to strings. Only what the
// servers and the network use is here.

/** As {@link StringBuilder}. */
public final class TStringBuilder extends TAbstractStringBuilder implements CharSequence {
    public TStringBuilder() {
        super(0);
    }

    public TStringBuilder(int capacity) {
        super(capacity);
    }

    public TStringBuilder(String start) {
        super(0);
        text = start;
    }

    public TStringBuilder append(String more) {
        text = joined(text, String.valueOf((Object) more));
        return this;
    }

    public TStringBuilder append(Object more) {
        return append(String.valueOf(more));
    }

    public TStringBuilder append(CharSequence more) {
        return append(more.toString());
    }

    public TStringBuilder append(int n) {
        text = joined(text, n);
        return this;
    }

    public TStringBuilder append(long n) {
        text = joined(text, (double) n); // exact, up to 2^53
        return this;
    }

    public TStringBuilder append(boolean is) {
        return append(is ? "true" : "false");
    }

    public TStringBuilder append(char c) {
        text = joined(text, c);
        return this;
    }

    public TStringBuilder insert(int at, char c) {
        text = joined(joined(text.substring(0, at), c), text.substring(at));
        return this;
    }

    public void setLength(int n) {
        text = text.substring(0, n);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int i) {
        return text.charAt(i);
    }

    public String substring(int from, int to) {
        return text.substring(from, to);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return text.substring(from, to);
    }
}

class TAbstractStringBuilder {
    String text = "";

    TAbstractStringBuilder(int capacity) {}

    TAbstractStringBuilder append(int n, int radix) {
        text = joined(text, n, radix);
        return this;
    }

    @Override
    public String toString() {
        return text;
    }

    @JSBody(
            params = {"a", "b"},
            script = "return a + b;")
    static native String joined(String a, String b);

    @JSBody(
            params = {"a", "n"},
            script = "return a + n;")
    static native String joined(String a, double n);

    @JSBody(
            params = {"a", "n", "radix"},
            script = "return a + n.toString(radix);")
    private static native String joined(String a, int n, int radix);

    @JSBody(
            params = {"a", "c"},
            script = "return a + String.fromCharCode(c);")
    static native String joined(String a, char c);
}
