import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** How much a channel takes if the other side does not read. */
class PartialWrite {
    public static void main(String[] args) throws Exception {
        try (var listener = ServerSocketChannel.open().bind(
                new InetSocketAddress("127.0.0.1", 0));
                var channel = SocketChannel.open(listener.getLocalAddress())) {
            channel.configureBlocking(false);
            ByteBuffer bytes = ByteBuffer.allocate(32 << 20);
            System.out.println("First write: " + channel.write(bytes));
            int last;
            do { // some more fits, as the first bytes reach the other side's buffer
                Thread.sleep(100);
                last = channel.write(bytes);
            } while (last > 0);
            System.out.println("Last write: " + last);
            System.out.println("In the kernel's buffers: " + bytes.position());
        }
    }
}
