package io.filcdn.metrics.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.intake.EgressOffsets.Range;
import io.filcdn.service.kafka.SourceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class EgressArchiveTest {

  private static final String EGRESS = Topic.EGRESS.topicName();
  private static final TopicPartition FIRST = new TopicPartition(EGRESS, 0);
  private static final TopicPartition SECOND = new TopicPartition(EGRESS, 1);

  private final MockConsumer<String, String> consumer = new MockConsumer<>("none");
  private final List<SourceRecord> read = new ArrayList<>();

  @Test
  void aKafkaThatIsSlowIsWaitedFor() {
    consumer.schedulePollTask(() -> add(0, 5));
    pollsInVain(59);
    consumer.schedulePollTask(() -> add(0, 6));
    pollsInVain(59);
    consumer.schedulePollTask(() -> add(1, 0));

    assertThat(read(Map.of(FIRST, new Range(5, 7), SECOND, new Range(0, 1)))).isEmpty();

    assertThat(read).hasSize(3);
  }

  /** Records behind the end are not waited for, and do not count as going on. */
  @Test
  void aPartitionThatNobodyAnswersForIsWaitedForAMinute() {
    consumer.schedulePollTask(() -> add(0, 0));
    for (int i = 1; i < 100; i++) {
      int offset = i;
      consumer.schedulePollTask(() -> add(0, offset));
    }

    Optional<String> problem = read(Map.of(FIRST, new Range(0, 1), SECOND, new Range(0, 3)));

    assertThat(problem)
        .hasValueSatisfying(
            why -> assertThat(why).contains("another 3 offsets", "within 60 s", EGRESS));
    assertThat(read).hasSize(61);
  }

  @Test
  void aKafkaThatCannotBeReadIsTold() {
    EgressArchive archive = new EgressArchive(Map.of("bootstrap.servers", "no-port"));

    assertThat(archive.readFrom(Map.of(), read::add))
        .hasValueSatisfying(why -> assertThat(why).startsWith("expected to read " + EGRESS));
  }

  private void pollsInVain(int times) {
    for (int i = 0; i < times; i++) {
      consumer.schedulePollTask(() -> {});
    }
  }

  private void add(int partition, long offset) {
    consumer.addRecord(new ConsumerRecord<>(EGRESS, partition, offset, "key", "value"));
  }

  private Optional<String> read(Map<TopicPartition, Range> stretches) {
    return EgressArchive.read(consumer, stretches, read::add);
  }
}
