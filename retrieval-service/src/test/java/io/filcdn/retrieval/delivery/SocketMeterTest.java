package io.filcdn.retrieval.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** With TLS, what is counted when; in cleartext, whole edges are asked. */
class SocketMeterTest {

  private static final int RECORD = 16_384;

  private final List<Integer> records = new ArrayList<>();
  private final List<ChannelPromise> written = new ArrayList<>();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<Long> accepted = new ArrayList<>();

  /** Stands where the encryption does, and does nothing. */
  private final class Encryption extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ByteBuf bytes = (ByteBuf) message;
      records.add(bytes.readableBytes());
      written.add(promise);
      bytes.release();
    }
  }

  private SocketMeter meter() {
    channel.pipeline().addLast(SocketMeter.TLS, new Encryption());
    channel
        .pipeline()
        .addLast(ConnectionTimeouts.HTTP_1_DECODER, new ChannelOutboundHandlerAdapter());
    SocketMeter.install(channel.pipeline());
    return Objects.requireNonNull(SocketMeter.of(channel));
  }

  private ChannelPromise write(int size) {
    ChannelPromise promise = channel.newPromise();
    var _ = channel.pipeline().write(Unpooled.buffer(size).writerIndex(size), promise);
    return promise;
  }

  @Test
  void aRecordIsFilledWithHeadAndBody() {
    meter();

    var _ = write(100);
    var _ = write(40_000);
    channel.flush();
    var _ = write(20_000);

    assertThat(records)
        .containsExactly(
            100, RECORD - 100, RECORD, 40_000 - 2 * RECORD + 100, RECORD, 20_000 - RECORD);
  }

  @Test
  void bytesOfABodyAreAcceptedRecordByRecord() {
    SocketMeter meter = meter();
    var _ = write(100);
    ChannelPromise body = write(40_000);
    meter.begin(40_000, 40_000, accepted::add);

    written.get(0).trySuccess();
    assertThat(accepted).isEmpty();
    written.get(1).trySuccess();
    written.get(2).trySuccess();
    assertThat(accepted).containsExactly((long) RECORD - 100, (long) RECORD);
    assertThat(body.isDone()).isFalse();
    written.get(3).trySuccess();

    assertThat(accepted.stream().mapToLong(bytes -> bytes).sum()).isEqualTo(40_000);
    assertThat(body.isSuccess()).isTrue();
  }

  @Test
  void bytesOfARecordThatFailsAreNotAccepted() {
    SocketMeter meter = meter();
    ChannelPromise body = write(2 * RECORD);
    meter.begin(2 * RECORD, 2 * RECORD, accepted::add);

    written.get(0).trySuccess();
    written.get(1).tryFailure(new IOException("left"));

    assertThat(accepted).containsExactly((long) RECORD);
    assertThat(body.isSuccess()).isFalse();
  }
}
