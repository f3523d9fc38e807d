package tcp.simulation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A class file, to replace names in its constant pool (Java Virtual Machine Specification, 4.4). */
final class ClassFile {
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int FIELD = 9;
    private static final int INTERFACE_METHOD = 11;
    private static final int NAME_AND_TYPE = 12;
    /** Bytes of an entry, by its tag; a UTF8 has as many more as it says. */
    private static final int[] SIZE = {0, 3, 0, 5, 5, 9, 9, 3, 3, 5, 5, 5, 5, 0, 0, 4, 3, 5, 5, 3, 3};

    private static final String SYSTEM = ServerSystem.class.getName().replace('.', '/');
    /** Members whose name ServerSystem has, too, or another one for it. */
    private static final Map<String, String> REPLACED =
            """
            java/nio/channels/Selector.open=openSelector
            java/nio/channels/ServerSocketChannel.open=openServerSocketChannel
            java/nio/channels/SocketChannel.open=openSocketChannel
            java/nio/channels/DatagramChannel.open=openDatagramChannel
            java/nio/channels/Pipe.open=openPipe
            java/nio/channels/spi/SelectorProvider.provider=provider
            java/lang/System.nanoTime=nanoTime
            java/lang/System.currentTimeMillis=currentTimeMillis
            java/lang/System.exit=exit
            java/lang/System.out=out
            java/lang/System.err=err
            java/lang/Thread.sleep=sleep
            """.lines().map(line -> line.split("=")).collect(Collectors.toMap(it -> it[0], it -> it[1]));
    /** What a server may use, and then it is not all on the simulated network, or not all in its time. */
    private static final Set<String> NOT_SIMULATED = Set.of(
            "java/net/ServerSocket.<init>",
            "java/net/Socket.<init>",
            "java/net/DatagramSocket.<init>",
            "java/nio/channels/AsynchronousServerSocketChannel.open",
            "java/nio/channels/AsynchronousSocketChannel.open",
            "java/util/Timer.<init>",
            "java/util/concurrent/Executors.newScheduledThreadPool",
            "java/util/concurrent/TimeUnit.sleep",
            "java/util/concurrent/locks/LockSupport.parkNanos",
            "java/lang/Object.wait",
            "java/time/Instant.now");

    private final ByteBuffer bytes;
    private final int[] at; // where the entries are
    private final int end; // of the constant pool

    ClassFile(byte[] classFile) {
        bytes = ByteBuffer.wrap(classFile.clone());
        at = new int[number(8)];
        int next = 10;
        for (int i = 1; i < at.length; i++) {
            at[i] = next;
            int tag = classFile[next];
            next += SIZE[tag] + (tag == UTF8 ? number(next + 1) : 0);
            i += tag == LONG || tag == DOUBLE ? 1 : 0; // these count twice
        }
        end = next;
    }

    private int number(int position) {
        return bytes.getShort(position) & 0xffff;
    }

    /** The text whose index stands at that position. */
    private String text(int position) throws IOException {
        return utf8(at[number(position)]);
    }

    private String utf8(int entry) throws IOException {
        return new DataInputStream(new ByteArrayInputStream(bytes.array(), entry + 1, end - entry)).readUTF();
    }

    /** The class file with other names; each use of what is not simulated goes to the consumer. */
    byte[] redirected(Consumer<String> notSimulated) {
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        ByteArrayOutputStream added = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(result);
                DataOutputStream more = new DataOutputStream(added)) {
            int count = addReplacements(more, notSimulated);
            out.write(bytes.array(), 0, 8);
            out.writeShort(count);
            for (int i = 1, next; i < at.length; i = next) {
                for (next = i + 1; next < at.length && at[next] == 0; next++) {}
                int to = next < at.length ? at[next] : end;
                if (bytes.get(at[i]) == UTF8) {
                    out.writeByte(UTF8);
                    out.writeUTF(withOtherRuntime(utf8(at[i])));
                } else {
                    out.write(bytes.array(), at[i], to - at[i]);
                }
            }
            out.write(added.toByteArray());
            out.write(bytes.array(), end, bytes.capacity() - end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return result.toByteArray();
    }

    /** Adds the names that ServerSystem has, and lets the uses of the others refer to them. */
    private int addReplacements(DataOutputStream more, Consumer<String> notSimulated) throws IOException {
        int count = at.length;
        more.writeByte(UTF8);
        more.writeUTF(SYSTEM);
        more.writeByte(CLASS);
        more.writeShort(count++);
        int system = count++;
        for (int entry : at) {
            int tag = entry == 0 ? 0 : bytes.get(entry);
            if (tag < FIELD || tag > INTERFACE_METHOD) {
                continue;
            }
            int nameAndType = at[number(entry + 3)];
            String member = text(at[number(entry + 1)] + 1) + "." + text(nameAndType + 1);
            String other = REPLACED.get(member);
            if (other != null) {
                more.writeByte(UTF8);
                more.writeUTF(other);
                more.writeByte(NAME_AND_TYPE);
                more.writeShort(count++);
                more.writeShort(number(nameAndType + 3)); // the type stays
                bytes.putShort(entry + 1, (short) system).putShort(entry + 3, (short) count++);
            } else if (NOT_SIMULATED.contains(member)) {
                notSimulated.accept(member.replace('/', '.').replace(".<init>", ""));
            }
        }
        return count;
    }

    /** Runtime's methods belong to an object, so here the class is another one, in types as well. */
    private static String withOtherRuntime(String text) {
        return text.equals("java/lang/Runtime")
                ? SYSTEM + "$Runtime"
                : text.replace("Ljava/lang/Runtime;", "L" + SYSTEM + "$Runtime;");
    }
}
