package tcp.play;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.SimpleRemapper;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.LocalVariableNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;

/** Changes class files, so that a server tells {@link Machine} of each line, and a page needs no threads. */
final class Instrumentation {
    private static final String MACHINE = "tcp/play/Machine";
    private static final String TOLD = MACHINE + "$Told";
    /** Members that Machine has instead. */
    private static final Map<String, String> REPLACED = Map.of(
            "java/nio/channels/Selector.open", "openSelector",
            "java/nio/channels/ServerSocketChannel.open", "openListener",
            "java/nio/channels/SocketChannel.open", "openSocket",
            "java/lang/System.nanoTime", "nanoTime",
            "java/lang/System.exit", "exit",
            "java/lang/System.out", "out",
            "java/lang/System.err", "err",
            "java/lang/Integer.parseInt", "parseInt",
            "java/lang/String.join", "join",
            "java/nio/ByteBuffer.position(I)", "position");

    private Instrumentation() {}

    /**
     * A server's class that tells of each line, and of the values there, before it runs.
     *
     * @param silent lines of which it does not tell
     * @param all the names of the server's classes: their static variables are to be as in a new process when main()
     *     begins
     */
    static byte[] told(byte[] classFile, Set<Integer> silent, Set<String> all) {
        ClassNode node = read(classFile, Map.of("java/io/PrintStream", MACHINE + "$Printer"));
        node.interfaces.add(TOLD);
        for (MethodNode method : node.methods) {
            for (AbstractInsnNode insn : method.instructions.toArray()) {
                replace(insn, method.instructions);
                if (insn instanceof VarInsnNode load && load.getOpcode() == Opcodes.ALOAD) {
                    check(load, method);
                } else if (insn instanceof LineNumberNode line && !silent.contains(line.line) && tells(method)) {
                    AbstractInsnNode next = insn;
                    while (next.getOpcode() < 0) { // a frame may stand between
                        next = next.getNext();
                    }
                    method.instructions.insertBefore(next, line(node, method, line));
                }
            }
            if (method.name.equals("main")) {
                for (String name : all) {
                    method.instructions.insert(
                            new MethodInsnNode(Opcodes.INVOKESTATIC, name.replace('.', '/'), "reset", "()V"));
                }
            }
            if (tells(method)) {
                bracket(node.name.replace('/', '.') + "." + method.name, method);
            }
        }
        node.methods.add(tell(node));
        node.methods.add(reset(node));
        return write(node);
    }

    private static boolean tells(MethodNode method) {
        return !method.name.equals("<clinit>"); // which runs once, whatever the story
    }

    /** A class for a page: with other names, without locks, and without what nobody asks for: comparing records, and the names of an enum's constants. */
    static byte[] singleThreaded(byte[] classFile, Map<String, String> names) {
        ClassNode node = read(classFile, names);
        if (node.superName.equals("java/lang/Record")) {
            node.methods.removeIf(method -> method.name.equals("equals") || method.name.equals("hashCode"));
        }
        for (MethodNode method : node.methods) {
            method.access &= ~Opcodes.ACC_SYNCHRONIZED;
            method.tryCatchBlocks.removeIf(Instrumentation::unlocks);
            for (AbstractInsnNode insn : method.instructions.toArray()) {
                if (insn instanceof LdcInsnNode name
                        && method.name.equals("<clinit>")
                        && node.superName.equals("java/lang/Enum")
                        && name.getPrevious().getOpcode() == Opcodes.DUP) {
                    name.cst = ""; // a constant's
                } else if (insn instanceof MethodInsnNode call
                        && method.name.equals("values")
                        && call.name.equals("clone")) {
                    method.instructions.remove(insn);
                }
                if (insn.getOpcode() == Opcodes.MONITORENTER || insn.getOpcode() == Opcodes.MONITOREXIT) {
                    method.instructions.set(insn, new InsnNode(Opcodes.POP));
                }
            }
        }
        return write(node);
    }

    /** Whether an exception leaves a synchronized block there. */
    private static boolean unlocks(TryCatchBlockNode block) {
        AbstractInsnNode insn = block.handler;
        while (insn.getOpcode() < 0 || insn instanceof VarInsnNode) {
            insn = insn.getNext();
        }
        return insn.getOpcode() == Opcodes.MONITOREXIT;
    }

    private static ClassNode read(byte[] classFile, Map<String, String> names) {
        ClassNode node = new ClassNode();
        new ClassReader(classFile).accept(new ClassRemapper(node, new SimpleRemapper(Opcodes.ASM9, names)), 0);
        return node;
    }

    private static byte[] write(ClassNode node) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        node.accept(writer);
        return writer.toByteArray();
    }

    private static void replace(AbstractInsnNode insn, InsnList code) {
        if (insn instanceof FieldInsnNode field && REPLACED.containsKey(field.owner + "." + field.name)) {
            field.owner = MACHINE;
        } else if (insn instanceof MethodInsnNode call) {
            String name = call.owner + "." + call.name;
            String other = REPLACED.get(name);
            AbstractInsnNode before = call.getPrevious();
            while (before != null && before.getOpcode() < 0) {
                before = before.getPrevious();
            }
            if (before instanceof FieldInsnNode field && field.name.equals("US_ASCII")) { // or all charsets come along
                code.remove(field);
                code.set(call, call("ascii", "(Ljava/lang/String;)[B"));
                return;
            }
            if (other == null) { // one of the object's, which becomes the first argument
                other = REPLACED.get(name + call.desc.substring(0, call.desc.indexOf(')') + 1));
                call.desc = other == null ? call.desc : call.desc.replace("(", "(L" + call.owner + ";");
            }
            if (other != null) {
                code.set(call, new MethodInsnNode(Opcodes.INVOKESTATIC, MACHINE, other, call.desc));
            }
        }
    }

    /** Before a call without arguments on a variable that is null, what a JVM says then. */
    private static void check(VarInsnNode load, MethodNode method) {
        if (load.getNext() instanceof MethodInsnNode call
                && call.getOpcode() != Opcodes.INVOKESTATIC
                && call.desc.startsWith("()")) {
            for (LocalVariableNode local : scope(method, call)) {
                if (local.index == load.var && !local.name.equals("this")) {
                    InsnList check = new InsnList();
                    check.add(new InsnNode(Opcodes.DUP));
                    check.add(new LdcInsnNode("Cannot invoke \"%s.%s()\" because \"%s\" is null"
                            .formatted(call.owner.replace('/', '.'), call.name, local.name)));
                    check.add(call("check", "(Ljava/lang/Object;Ljava/lang/String;)V"));
                    method.instructions.insert(load, check);
                }
            }
        }
    }

    /** The variables that have a value there. */
    private static List<LocalVariableNode> scope(MethodNode method, AbstractInsnNode insn) {
        InsnList code = method.instructions;
        int at = code.indexOf(insn);
        return method.localVariables.stream()
                .filter(local -> code.indexOf(local.start) < at && at < code.indexOf(local.end))
                .toList();
    }

    private static InsnList line(ClassNode node, MethodNode method, LineNumberNode line) {
        InsnList told = new InsnList();
        boolean isStatic = (method.access & Opcodes.ACC_STATIC) != 0;
        for (LocalVariableNode local : scope(method, line)) {
            if (!local.name.equals("this")) {
                told.add(new LdcInsnNode(local.name));
                told.add(new VarInsnNode(Type.getType(local.desc).getOpcode(Opcodes.ILOAD), local.index));
                told.add(value(local.desc));
            }
        }
        if (!isStatic && !method.name.equals("<init>")) {
            told.add(new VarInsnNode(Opcodes.ALOAD, 0));
            told.add(call("fields", "(L" + TOLD + ";)V"));
        }
        told.add(new LdcInsnNode(node.name.replace('/', '.') + "." + method.name));
        told.add(new LdcInsnNode(line.line));
        told.add(call("line", "(Ljava/lang/String;I)V"));
        return told;
    }

    /** Tells when a method begins, and when it returns. */
    private static void bracket(String name, MethodNode method) {
        for (AbstractInsnNode insn : method.instructions.toArray()) {
            if (insn.getOpcode() >= Opcodes.IRETURN && insn.getOpcode() <= Opcodes.RETURN) {
                method.instructions.insertBefore(insn, named("exit", name));
            }
        }
        method.instructions.insert(named("enter", name));
    }

    private static InsnList named(String what, String name) {
        InsnList told = new InsnList();
        told.add(new LdcInsnNode(name));
        told.add(call(what, "(Ljava/lang/String;)V"));
        return told;
    }

    /** A method that tells the values of all fields but constants. */
    private static MethodNode tell(ClassNode node) {
        MethodNode tell = new MethodNode(Opcodes.ACC_PUBLIC, "tell", "()V", null, null);
        for (FieldNode field : node.fields) {
            boolean isStatic = (field.access & Opcodes.ACC_STATIC) != 0;
            if (!isStatic || isVariable(field)) {
                tell.instructions.add(new LdcInsnNode(field.name));
                if (!isStatic) {
                    tell.instructions.add(new VarInsnNode(Opcodes.ALOAD, 0));
                }
                tell.instructions.add(new FieldInsnNode(
                        isStatic ? Opcodes.GETSTATIC : Opcodes.GETFIELD, node.name, field.name, field.desc));
                tell.instructions.add(value(field.desc));
            }
        }
        tell.instructions.add(new InsnNode(Opcodes.RETURN));
        return tell;
    }

    private static boolean isVariable(FieldNode field) {
        return (field.access & (Opcodes.ACC_STATIC | Opcodes.ACC_FINAL)) == Opcodes.ACC_STATIC;
    }

    /** A method that sets the static variables to zero, and then to what the class begins with. */
    private static MethodNode reset(ClassNode node) {
        MethodNode reset = new MethodNode(Opcodes.ACC_STATIC, "reset", "()V", null, null);
        List<String> variables = new ArrayList<>();
        for (FieldNode field : node.fields) {
            if (isVariable(field)) {
                variables.add(field.name);
                reset.instructions.add(new InsnNode(zero(field.desc)));
                reset.instructions.add(new FieldInsnNode(Opcodes.PUTSTATIC, node.name, field.name, field.desc));
            }
        }
        for (MethodNode method : node.methods) {
            if (method.name.equals("<clinit>") && !variables.isEmpty()) {
                method.accept(reset);
            }
        }
        for (AbstractInsnNode insn : reset.instructions.toArray()) {
            if (insn.getOpcode() == Opcodes.RETURN) {
                reset.instructions.remove(insn);
            } else if (insn instanceof FieldInsnNode field
                    && field.getOpcode() == Opcodes.PUTSTATIC
                    && !variables.contains(field.name)) { // a constant keeps its value
                reset.instructions.set(insn, new InsnNode("JD".contains(field.desc) ? Opcodes.POP2 : Opcodes.POP));
            }
        }
        reset.instructions.add(new InsnNode(Opcodes.RETURN));
        return reset;
    }

    private static int zero(String type) {
        return type.length() > 1 ? Opcodes.ACONST_NULL : type.equals("J") ? Opcodes.LCONST_0 : Opcodes.ICONST_0;
    }

    private static MethodInsnNode value(String type) {
        String told = type.length() > 1 ? "Ljava/lang/Object;" : "BSC".contains(type) ? "I" : type;
        return call("value", "(Ljava/lang/String;" + told + ")V");
    }

    private static MethodInsnNode call(String name, String descriptor) {
        return new MethodInsnNode(Opcodes.INVOKESTATIC, MACHINE, name, descriptor);
    }
}
