package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class IndexerConfigTest {

  @Test
  void defaultsAreThese() {
    IndexerConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(IndexerConfig.class)
            .withConverter(Duration.class, 100, new DurationConverter())
            .withConverter(MemorySize.class, 100, new MemorySizeConverter())
            .build()
            .getConfigMapping(IndexerConfig.class);

    assertThat(config.head().poll()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.head().maxLagBlocks()).isEqualTo(20);
    assertThat(config.head().maxAge()).isEqualTo(Duration.ofMinutes(15));
    assertThat(config.recheck().every()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.range().prefetch()).isEqualTo(4);
    assertThat(config.rpc().maxAnswer().asLongValue()).isEqualTo(8 << 20);
    assertThat(config.webhook().header()).isEqualTo("X-Webhook-Secret");
    assertThat(config.webhook().secret()).isEmpty();
    assertThat(config.screening().url()).isEmpty();
    assertThat(config.screening().apiKey()).isEmpty();
    assertThat(config.screening().list()).isEmpty();
    assertThat(config.screening().every()).isEqualTo(Duration.ofHours(24));
    assertThat(config.screening().poll()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.screening().timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.screening().batch()).isEqualTo(100);
    assertThat(config.range().maxBlocks()).isEqualTo(1000);
    assertThat(config.range().maxUnfinalBlocks()).isEqualTo(60);
    assertThat(config.rpc().timeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(config.retry().first()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.retry().longest()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.publish().batch()).isEqualTo(500);
    assertThat(config.publish().poll()).isEqualTo(Duration.ofMillis(200));
    assertThat(config.publish().timeout()).isEqualTo(Duration.ofSeconds(30));
  }
}
