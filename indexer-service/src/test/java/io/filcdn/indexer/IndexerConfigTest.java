package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
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
            .build()
            .getConfigMapping(IndexerConfig.class);

    assertThat(config.head().poll()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.range().maxBlocks()).isEqualTo(1000);
    assertThat(config.range().maxUnfinalBlocks()).isEqualTo(60);
    assertThat(config.rpc().timeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(config.retry().first()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.retry().longest()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.publish().batch()).isEqualTo(500);
    assertThat(config.publish().poll()).isEqualTo(Duration.ofMillis(200));
    assertThat(config.publish().timeout()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void waitsBetweenFailuresDoubleUpToTheLongest() {
    Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(3));

    assertThat(backoff.failed()).isEqualTo(Duration.ofMillis(500));
    assertThat(backoff.failed()).isEqualTo(Duration.ofSeconds(1));
    assertThat(backoff.failed()).isEqualTo(Duration.ofSeconds(2));
    assertThat(backoff.failed()).isEqualTo(Duration.ofSeconds(3));
    assertThat(backoff.failed()).isEqualTo(Duration.ofSeconds(3));

    backoff.succeeded();

    assertThat(backoff.failed()).isEqualTo(Duration.ofMillis(500));
  }
}
