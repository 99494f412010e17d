package io.filcdn.retrieval.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.kafka.Topic;
import io.github.bucket4j.TimeMeter;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class RetrievalLogTest {

  private static final int RATE = 10;

  private final MovedTime time = new MovedTime();

  @Test
  void aboveTheRateARecordStandsForThoseLeftOut() {
    try (RetrievalLog log =
        new RetrievalLog(
            BestEffortProducer.of(
                new MockProducer<>(
                    true,
                    new RoundRobinPartitioner(),
                    new StringSerializer(),
                    new StringSerializer()),
                Topic.RETRIEVALS),
            RATE,
            time)) {
      for (int i = 0; i < RATE; i++) {
        assertThat(log.weight()).isEqualTo(1);
      }
      for (int i = 0; i < 90; i++) {
        assertThat(log.weight()).isZero();
      }

      time.nanos += TimeUnit.SECONDS.toNanos(1);

      assertThat(log.weight()).isEqualTo(91);
      assertThat(log.weight()).isEqualTo(1);
    }
  }

  /** A clock for measuring that stands still until it is moved. */
  private static final class MovedTime implements TimeMeter {

    private long nanos;

    @Override
    public long currentTimeNanos() {
      return nanos;
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
