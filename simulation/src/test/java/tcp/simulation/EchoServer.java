package tcp.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Sends back what it gets: a server as anybody may have one. It knows nothing of a simulation. */
public final class EchoServer implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private volatile boolean closed;

    public EchoServer(int port) throws IOException {
        listener.bind(new InetSocketAddress(port));
        listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
    }

    public int port() {
        return listener.socket().getLocalPort();
    }

    public synchronized void run() throws IOException {
        while (!closed) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
                try {
                    handle(key);
                } catch (IOException e) {
                    key.channel().close();
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private void handle(SelectionKey key) throws IOException {
        if (key.isAcceptable()) {
            SocketChannel client = listener.accept();
            client.configureBlocking(false);
            client.register(
                    selector, SelectionKey.OP_READ, ByteBuffer.allocate(100).limit(0));
        } else {
            SocketChannel client = (SocketChannel) key.channel();
            ByteBuffer buffer = (ByteBuffer) key.attachment();
            if (!buffer.hasRemaining()) {
                if (client.read(buffer.clear()) == -1) {
                    client.close();
                    return;
                }
                buffer.flip();
            }
            client.write(buffer);
            key.interestOps(buffer.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        synchronized (this) {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        }
    }

    public static void main(String[] args) throws IOException {
        new EchoServer(Integer.parseInt(args[0])).run();
    }
}
