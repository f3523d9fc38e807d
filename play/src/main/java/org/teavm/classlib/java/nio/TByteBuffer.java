package org.teavm.classlib.java.nio;

import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;

// In place of TeaVM's, which has views, byte orders and more. Only what the servers and the network use is here.

/** As {@link java.nio.ByteBuffer}. */
public final class TByteBuffer {
    private final byte[] array;
    private final int offset; // of a slice
    private final int capacity;
    private int position;
    private int limit;

    private TByteBuffer(byte[] array, int offset, int capacity) {
        this.array = array;
        this.offset = offset;
        this.capacity = capacity;
        limit = capacity;
    }

    public static TByteBuffer allocate(int capacity) {
        return wrap(new byte[capacity]);
    }

    public static TByteBuffer allocateDirect(int capacity) {
        return allocate(capacity);
    }

    public static TByteBuffer wrap(byte[] array) {
        return new TByteBuffer(array, 0, array.length);
    }

    public static TByteBuffer wrap(byte[] array, int from, int n) {
        return wrap(array).limit(from + n).position(from);
    }

    public int position() {
        return position;
    }

    public int limit() {
        return limit;
    }

    public int capacity() {
        return capacity;
    }

    public int remaining() {
        return limit - position;
    }

    public boolean hasRemaining() {
        return position < limit;
    }

    public boolean isReadOnly() {
        return false;
    }

    public TByteBuffer position(int n) {
        if (n < 0 || n > limit) {
            throw new IllegalArgumentException();
        }
        position = n;
        return this;
    }

    public TByteBuffer limit(int n) {
        if (n < 0 || n > capacity) {
            throw new IllegalArgumentException();
        }
        limit = n;
        position = Math.min(position, n);
        return this;
    }

    public TByteBuffer clear() {
        limit = capacity;
        return rewind();
    }

    public TByteBuffer flip() {
        limit = position;
        return rewind();
    }

    public TByteBuffer rewind() {
        position = 0;
        return this;
    }

    public TByteBuffer compact() {
        int from = offset + position;
        int n = remaining();
        clear();
        return put(array, from, n);
    }

    public TByteBuffer slice() {
        return new TByteBuffer(array, offset + position, remaining());
    }

    public byte get() {
        if (position == limit) {
            throw new BufferUnderflowException();
        }
        return array[offset + position++];
    }

    public byte get(int at) {
        if (at < 0 || at >= limit) {
            throw new IndexOutOfBoundsException();
        }
        return array[offset + at];
    }

    public TByteBuffer get(byte[] target) {
        return get(target, 0, target.length);
    }

    public TByteBuffer get(byte[] target, int from, int n) {
        if (n > remaining()) {
            throw new BufferUnderflowException();
        }
        for (int i = 0; i < n; i++) {
            target[from + i] = array[offset + position++];
        }
        return this;
    }

    public TByteBuffer put(byte b) {
        return put(new byte[] {b}, 0, 1);
    }

    public TByteBuffer put(byte[] source) {
        return put(source, 0, source.length);
    }

    public TByteBuffer put(byte[] source, int from, int n) {
        if (n > remaining()) {
            throw new BufferOverflowException();
        }
        for (int i = 0; i < n; i++) {
            array[offset + position++] = source[from + i];
        }
        return this;
    }

    public TByteBuffer put(TByteBuffer source) {
        put(source.array, source.offset + source.position, source.remaining());
        source.position = source.limit;
        return this;
    }
}
