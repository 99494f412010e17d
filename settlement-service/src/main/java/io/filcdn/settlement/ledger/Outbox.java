package io.filcdn.settlement.ledger;

import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.service.database.AdvisoryLock;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import org.hibernate.Session;

/**
 * Kafka records that are stored with what they tell, and sent afterwards: a crash can send one
 * twice, but never lose one.
 */
@ApplicationScoped
public class Outbox {

  private static final AdvisoryLock SENDING_LOCK = AdvisoryLock.of(0x46696C43444E02L);

  private final Session database;

  Outbox(Session database) {
    this.database = database;
  }

  /** A record to send. */
  public record Letter(long id, String topic, String key, String value) {}

  /** Stores an event for {@code filcdn.settlement}, in the caller's database transaction. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void add(SettlementRecord event) {
    add(Topic.SETTLEMENT, event.dataSet().toString(), event);
  }

  /** Stores what could not be read, in the caller's database transaction. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void add(DeadLetter letter) {
    add(Topic.DEAD_LETTERS, letter.topic(), letter);
  }

  private static void add(Topic topic, String key, Object value) {
    OutboxRow row = new OutboxRow();
    row.topic = topic.topicName();
    row.key = key;
    row.value = RecordJson.write(value);
    row.persist();
  }

  /**
   * The oldest letters; none where another process is sending. Others are kept from sending until
   * the caller's database transaction ends.
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public List<Letter> oldest(int limit) {
    if (!database.doReturningWork(SENDING_LOCK::tryIn)) {
      return List.of();
    }
    return OutboxRow.<OutboxRow>findAll(Sort.by("id")).page(0, limit).stream()
        .map(
            row ->
                new Letter(java.util.Objects.requireNonNull(row.id), row.topic, row.key, row.value))
        .toList();
  }

  /** Forgets letters that Kafka acknowledged. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void sent(List<Letter> letters) {
    OutboxRow.delete("id in ?1", letters.stream().map(Letter::id).toList());
  }
}
