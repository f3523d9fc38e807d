package tcp.simulation;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes in the order in which they came: what a socket's buffer holds. */
final class Bytes {
    private byte[] array = new byte[256];
    private int head;
    private int size;

    int size() {
        return size;
    }

    void put(ByteBuffer source, int n) {
        if (head + size + n > array.length) {
            byte[] target = size + n > array.length ? new byte[2 * (size + n)] : array;
            System.arraycopy(array, head, target, 0, size);
            array = target;
            head = 0;
        }
        source.get(array, head + size, n);
        size += n;
    }

    void moveTo(ByteBuffer target, int n) {
        target.put(array, head, n);
        remove(n);
    }

    void moveTo(Bytes target, int n) {
        target.put(ByteBuffer.wrap(array, head, n), n);
        remove(n);
    }

    private void remove(int n) {
        head = n == size ? 0 : head + n;
        size -= n;
    }

    void clear() {
        remove(size);
    }

    byte[] toArray() {
        return toArray(0, size);
    }

    byte[] toArray(int from, int to) {
        return Arrays.copyOfRange(array, head + from, head + to);
    }
}
