package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditEntryRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.service.database.Columns;
import io.filcdn.service.kafka.OutboxTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The entries of the ledger that Kafka does not have. */
final class CreditOutbox implements OutboxTable<CreditEntryRecord> {

  private static final String FORGET = "delete from credit_outbox where entry = any (?)";

  private final PostgresLedger ledger = new PostgresLedger();

  @Override
  public List<CreditEntryRecord> oldest(Connection connection, int limit) throws SQLException {
    return ledger.untold(connection, limit);
  }

  @Override
  public List<ProducerRecord<String, String>> records(
      Connection connection, List<CreditEntryRecord> entries) {
    return entries.stream()
        .map(
            entry ->
                new ProducerRecord<>(
                    Topic.CREDITS.topicName(), entry.key(), RecordJson.write(entry)))
        .toList();
  }

  @Override
  public void forget(Connection connection, List<CreditEntryRecord> sent) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      Columns.of(statement, sent).bigint(CreditEntryRecord::entry);
      statement.executeUpdate();
    }
  }
}
