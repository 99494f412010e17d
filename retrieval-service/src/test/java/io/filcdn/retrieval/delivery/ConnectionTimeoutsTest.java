package io.filcdn.retrieval.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection of one large write, to which its client sends nothing. */
class ConnectionTimeoutsTest {

  private static final int SIZE = 4 << 20;
  private static final int BUFFER = 64 << 10;
  private static final long IDLE_MILLIS = 3_000;

  private final EventLoopGroup loops = new NioEventLoopGroup(1);
  private final Socket client = new Socket();
  private final CompletableFuture<Channel> connection = new CompletableFuture<>();

  @BeforeEach
  void connect() throws Exception {
    Channel server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.SO_SNDBUF, BUFFER)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connection.complete(channel);
                    ConnectionTimeouts.watch(channel, IDLE_MILLIS, 600_000);
                    channel
                        .eventLoop()
                        .execute(
                            () -> {
                              var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[SIZE]));
                            });
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    client.setReceiveBufferSize(BUFFER);
    client.setSoTimeout(20_000);
    client.connect(
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(),
            ((InetSocketAddress) server.localAddress()).getPort()));
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    loops.shutdownGracefully().sync();
  }

  @Test
  void aConnectionWhoseBytesMoveSlowlyIsNotIdle() throws Exception {
    InputStream in = client.getInputStream();
    int came = 0;
    long begun = System.nanoTime();
    while (came < SIZE) {
      int read = in.readNBytes(BUFFER).length;
      assertThat(read).as("bytes after %d", came).isPositive();
      came += read;
      Thread.sleep(100);
    }

    assertThat(System.nanoTime() - begun).isGreaterThan(2 * IDLE_MILLIS * 1_000_000);
  }

  @Test
  void aConnectionWhoseBytesStoppedMovingIsClosed() throws Exception {
    client.getInputStream().readNBytes(BUFFER);

    assertThat(connection.get(20, TimeUnit.SECONDS).closeFuture().await(20, TimeUnit.SECONDS))
        .isTrue();
  }
}
