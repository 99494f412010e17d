package io.filcdn.retrieval.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.Test;

class PipeliningLimiterTest {

  @Test
  void nothingMoreIsReadWhereSoManyWait() {
    EmbeddedChannel channel = new EmbeddedChannel(new PipeliningLimiter());
    for (int i = 0; i < 17; i++) {
      assertThat(channel.config().isAutoRead()).as("after %d requests", i).isTrue();
      channel.writeInbound(
          new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.HEAD, "/"),
          LastHttpContent.EMPTY_LAST_CONTENT);
    }

    assertThat(channel.config().isAutoRead()).isFalse();
    assertThat(channel.inboundMessages()).as("the first, and its end").hasSize(2);
    channel.finishAndReleaseAll();
  }
}
