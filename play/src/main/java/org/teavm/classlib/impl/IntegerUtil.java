package org.teavm.classlib.impl;

/** In place of TeaVM's: an object's hashCode() as its toString() has it. */
public final class IntegerUtil {
    private IntegerUtil() {}

    public static String toUnsignedLogRadixString(int n, int bits) {
        return Integer.toString(n, 1 << bits);
    }
}
