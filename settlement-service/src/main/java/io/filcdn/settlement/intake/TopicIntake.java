package io.filcdn.settlement.intake;

import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.service.kafka.TopicFollower;
import io.filcdn.service.kafka.TopicFollower.Stretch;
import io.filcdn.settlement.replica.TopicTables;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.narayana.jta.QuarkusTransactionException;
import jakarta.persistence.PersistenceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The intake of one topic: a batch and its offsets are one database transaction.
 *
 * @param <T> what a record is read as
 */
final class TopicIntake<T> implements TopicFollower.Step {

  private final String topic;
  private final Class<T> type;
  private final Consumer<List<T>> keep;
  private final TopicTables tables;
  private final TopicProgress progress;
  private final RecordReader reader;
  private final Consumer<T> traced;

  /**
   * @param traced hears of each record that is part of a trace, within the span of its batch
   */
  TopicIntake(
      String topic,
      Class<T> type,
      Consumer<List<T>> keep,
      TopicTables tables,
      TopicProgress progress,
      RecordReader reader,
      Consumer<T> traced) {
    this.topic = topic;
    this.type = type;
    this.keep = keep;
    this.tables = tables;
    this.progress = progress;
    this.reader = reader;
    this.traced = traced;
  }

  @Override
  public void assigned(Map<Integer, Stretch> partitions) {
    progress.assigned(topic, partitions);
  }

  @Override
  public void apply(Batch batch) {
    if (batch.isEmpty()) {
      return;
    }
    QuarkusTransaction.requiringNew().run(() -> store(batch));
    progress.readUpTo(topic, batch.nextOffsets());
  }

  @Override
  public boolean isForeseen(RuntimeException failure) {
    return failure instanceof PersistenceException
        || failure instanceof QuarkusTransactionException;
  }

  private void store(Batch batch) {
    tables.lock(topic);
    List<T> values = new ArrayList<>();
    for (SourceRecord record : batch.records()) {
      Optional<T> value = reader.read(record, type);
      value.ifPresent(values::add);
      value.filter(_ -> record.trace().isSampled()).ifPresent(traced);
    }
    if (!values.isEmpty()) {
      keep.accept(values);
    }
    batch.nextOffsets().forEach((partition, next) -> tables.keepOffset(topic, partition, next));
  }
}
