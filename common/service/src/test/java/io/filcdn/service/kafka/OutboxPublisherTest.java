package io.filcdn.service.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.service.database.Database.Work;
import io.filcdn.service.kafka.KafkaPublisher.NotPublishedException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class OutboxPublisherTest {

  private static final int AT_ONCE = 3;

  private final MockProducer<String, String> producer =
      new MockProducer<>(true, null, new StringSerializer(), new StringSerializer());
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Numbers table = new Numbers();
  private final OutboxPublisher<Integer> publisher = publisher(new Sender(true));

  @Test
  void allIsSentInOrderByBatchesAndForgotten() {
    table.fill(7);

    publisher.publish();

    assertThat(producer.history())
        .extracting(ProducerRecord::value)
        .containsExactly("1", "2", "3", "4", "5", "6", "7");
    assertThat(table.waiting).isEmpty();
    assertThat(table.batches).containsExactly(3, 3, 1);
    assertThat(metrics.get("sent").tag("topic", "odd").counter().count()).isEqualTo(4);
    assertThat(metrics.get("sent").tag("topic", "even").counter().count()).isEqualTo(3);
  }

  @Test
  void whatKafkaDoesNotTakeGoesOnWaitingAndIsSentAgain() {
    table.fill(2);
    producer.sendException = new TimeoutException("too late");
    assertThatThrownBy(publisher::publish).isInstanceOf(NotPublishedException.class);
    assertThat(table.waiting).containsExactly(1, 2);

    producer.sendException = null;

    assertThat(publisher.publishSome()).contains(2);
    assertThat(publisher.publishSome()).contains(0);
    assertThat(producer.history()).extracting(ProducerRecord::value).containsExactly("1", "2");
  }

  @Test
  void nothingIsSentWhileAnotherProcessSends() {
    table.fill(2);
    OutboxPublisher<Integer> standby = publisher(new Sender(false));

    standby.publish();

    assertThat(standby.publishSome()).isEmpty();
    assertThat(table.waiting).hasSize(2);
    assertThat(producer.history()).isEmpty();
  }

  private OutboxPublisher<Integer> publisher(Sender sender) {
    return new OutboxPublisher<>(
        table, sender, new KafkaPublisher(producer), AT_ONCE, metrics, "sent");
  }

  private record Sender(boolean mayI) implements OneSender {

    @Override
    public <T> Optional<T> call(Work<T> work) {
      Connection none =
          (Connection)
              Proxy.newProxyInstance(
                  Sender.class.getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (_, method, _) -> {
                    throw new UnsupportedOperationException(method.getName());
                  });
      try {
        return mayI ? Optional.of(work.in(none)) : Optional.empty();
      } catch (SQLException e) {
        throw new DatabaseException(e);
      }
    }
  }

  private static final class Numbers implements OutboxTable<Integer> {

    private final List<Integer> waiting = new ArrayList<>();
    private final List<Integer> batches = new ArrayList<>();

    void fill(int last) {
      IntStream.rangeClosed(1, last).forEach(waiting::add);
    }

    @Override
    public List<Integer> oldest(Connection connection, int limit) {
      return List.copyOf(waiting.subList(0, Math.min(limit, waiting.size())));
    }

    @Override
    public List<ProducerRecord<String, String>> records(Connection connection, List<Integer> rows) {
      return rows.stream().map(Numbers::record).toList();
    }

    private static ProducerRecord<String, String> record(int number) {
      return new ProducerRecord<>(number % 2 == 0 ? "even" : "odd", "key", "" + number);
    }

    @Override
    public void forget(Connection connection, List<Integer> rows) {
      batches.add(rows.size());
      waiting.removeAll(rows);
    }
  }
}
