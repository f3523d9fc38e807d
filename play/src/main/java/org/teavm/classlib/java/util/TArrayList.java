package org.teavm.classlib.java.util;

import java.util.AbstractCollection;
import java.util.AbstractList;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

// In place of TeaVM's. Only what the servers and the network use is here.

/** As {@link java.util.ArrayList}. */
public class TArrayList<E> extends AbstractList<E> {
    private Object[] elements = new Object[8];
    private int size;

    public TArrayList() {}

    public TArrayList(Collection<? extends E> others) {
        for (E other : others) {
            add(other);
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    @SuppressWarnings("unchecked")
    public E get(int i) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException();
        }
        return (E) elements[i];
    }

    @Override
    public E set(int i, E element) {
        E old = get(i);
        elements[i] = element;
        return old;
    }

    @Override
    public boolean add(E element) {
        if (size == elements.length) {
            Object[] more = new Object[2 * size];
            for (int i = 0; i < size; i++) {
                more[i] = elements[i];
            }
            elements = more;
        }
        elements[size++] = element;
        modCount++;
        return true;
    }

    @Override
    public E remove(int i) {
        E old = get(i);
        for (size--; i < size; i++) {
            elements[i] = elements[i + 1];
        }
        modCount++;
        return old;
    }

    @Override
    public boolean remove(Object element) {
        int i = indexOf(element);
        if (i >= 0) {
            remove(i);
        }
        return i >= 0;
    }

    @Override
    public boolean removeIf(Predicate<? super E> is) {
        int before = size;
        for (int i = size - 1; i >= 0; i--) {
            if (is.test(get(i))) {
                remove(i);
            }
        }
        return size < before;
    }

    @Override
    public void clear() {
        size = 0;
        modCount++;
    }
}

abstract class TAbstractList<E> extends AbstractCollection<E> implements List<E> {
    protected int modCount;

    @Override
    public int indexOf(Object element) {
        for (int i = 0; i < size(); i++) {
            if (Objects.equals(get(i), element)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean contains(Object element) {
        return indexOf(element) >= 0;
    }

    @Override
    public Iterator<E> iterator() {
        return new Iterator<>() {
            private int next;
            private int seen = modCount;

            @Override
            public boolean hasNext() {
                return next != size();
            }

            @Override
            public E next() {
                if (modCount != seen) {
                    throw new ConcurrentModificationException();
                } else if (next >= size()) {
                    throw new NoSuchElementException();
                }
                return get(next++);
            }

            @Override
            public void remove() {
                TAbstractList.this.remove(--next);
                seen = modCount;
            }
        };
    }
}

abstract class TAbstractCollection<E> implements Collection<E> {
    @Override
    public boolean isEmpty() {
        return size() == 0;
    }
}

/** A story has few connections, so a list is enough. */
class THashSet<E> extends AbstractCollection<E> implements Set<E> {
    private final List<E> elements = new java.util.ArrayList<>();

    @Override
    public boolean add(E element) {
        return !contains(element) && elements.add(element);
    }

    @Override
    public boolean contains(Object element) {
        return elements.contains(element);
    }

    @Override
    public boolean remove(Object element) {
        return elements.remove(element);
    }

    @Override
    public void clear() {
        elements.clear();
    }

    @Override
    public Iterator<E> iterator() {
        return elements.iterator();
    }

    @Override
    public int size() {
        return elements.size();
    }
}

class TLinkedHashSet<E> extends HashSet<E> {
    private static final long serialVersionUID = 1L;
}

final class TCollections {
    private TCollections() {}

    /** The same one: nobody changes it. */
    public static <E> Set<E> unmodifiableSet(Set<E> set) {
        return set;
    }
}
