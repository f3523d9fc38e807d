package tcp.bench.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;

/**
 * Netty with one event loop, its HTTP codec, answers written as they come and flushed
 * when a read is done, as its own examples do.
 */
final class Netty {
    private Netty() {}

    static int nio() throws InterruptedException {
        return start(NioIoHandler.newFactory(), NioServerSocketChannel.class);
    }

    static int epoll() throws InterruptedException {
        return start(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
    }

    static int uring() throws InterruptedException {
        return start(IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
    }

    private static int start(IoHandlerFactory factory, Class<? extends ServerChannel> type)
            throws InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, factory);
        Channel channel = new ServerBootstrap()
                .group(group)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        client.pipeline().addLast(new HttpServerCodec(), new Hello());
                    }
                })
                .bind(0)
                .sync()
                .channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private static final class Hello extends SimpleChannelInboundHandler<HttpObject> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (message.decoderResult().isFailure()) { // a head over 8 KB, for example
                context.close();
            } else if (message instanceof HttpRequest) {
                FullHttpResponse response = new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(Main.BODY));
                response.headers()
                        .set(HttpHeaderNames.CONTENT_TYPE, Main.TYPE)
                        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE)
                        .setInt(HttpHeaderNames.CONTENT_LENGTH, Main.BODY.length);
                context.write(response, context.voidPromise());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        /** Back-pressure, if set: nothing is read while more than the high-water mark waits to be written. */
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (Main.SET) {
                context.channel().config().setAutoRead(context.channel().isWritable());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
