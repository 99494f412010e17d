package io.filcdn.service.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.service.kafka.KafkaPublisher.NotPublishedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class KafkaPublisherTest {

  private static final List<ProducerRecord<String, String>> RECORDS =
      List.of(
          new ProducerRecord<>("one", "key", "1"),
          new ProducerRecord<>("two", "key", null),
          new ProducerRecord<>("one", "key", "3"));

  @Test
  void recordsAreSentInOrder() {
    MockProducer<String, String> producer = producer(true);

    new KafkaPublisher(producer).send(RECORDS);

    assertThat(producer.history()).isEqualTo(RECORDS);
  }

  @Test
  void itReturnsOnlyOnceAllAreAcknowledged() {
    MockProducer<String, String> producer = producer(false);
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(() -> new KafkaPublisher(producer).send(RECORDS));

    for (int i = 0; i < RECORDS.size(); i++) {
      assertThat(sending).isNotDone();
      while (!producer.completeNext()) {
        Thread.onSpinWait();
      }
    }

    assertThat(sending).succeedsWithin(java.time.Duration.ofMinutes(1));
  }

  @Test
  void aRecordThatKafkaRefusesIsTold() {
    MockProducer<String, String> producer = producer(true);
    producer.sendException = new TimeoutException("too late");

    assertThatThrownBy(() -> new KafkaPublisher(producer).send(RECORDS))
        .isInstanceOf(NotPublishedException.class)
        .hasMessage("one did not take a record: too late");
  }

  @Test
  void withoutABrokerOnlyOneSendBlocks() {
    Unreachable producer = new Unreachable();

    assertThatThrownBy(() -> new KafkaPublisher(producer).send(RECORDS))
        .isInstanceOf(NotPublishedException.class);

    assertThat(producer.sends).isEqualTo(1);
  }

  private static MockProducer<String, String> producer(boolean acknowledges) {
    return new MockProducer<>(acknowledges, null, new StringSerializer(), new StringSerializer());
  }

  /** A producer as it is without a broker: each send has failed when it returns. */
  private static final class Unreachable extends MockProducer<String, String> {

    private int sends;

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<String, String> record) {
      sends++;
      return CompletableFuture.failedFuture(new TimeoutException("no metadata"));
    }
  }
}
