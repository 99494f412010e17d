package io.filcdn.metrics.publish;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.metrics.odometer.Odometer;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.quota.QuotaThresholdMonitor;
import io.filcdn.service.kafka.OutboxTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The odometers that changed, and the quota thresholds that were crossed with them. */
final class UsageOutbox implements OutboxTable<Odometer> {

  private final PostgresOdometers odometers;
  private final QuotaThresholdMonitor watch;
  private final Optional<Webhooks> webhooks;

  UsageOutbox(
      PostgresOdometers odometers, QuotaThresholdMonitor watch, Optional<Webhooks> webhooks) {
    this.odometers = odometers;
    this.watch = watch;
    this.webhooks = webhooks;
  }

  @Override
  public List<Odometer> oldest(Connection connection, int limit) throws SQLException {
    return odometers.unpublished(connection, limit);
  }

  @Override
  public List<ProducerRecord<String, String>> records(Connection connection, List<Odometer> changed)
      throws SQLException {
    List<QuotaRecord> crossed = watch.look(connection, changed);
    if (webhooks.isPresent()) {
      webhooks.get().add(connection, crossed);
    }
    List<ProducerRecord<String, String>> records = new ArrayList<>();
    for (Odometer odometer : changed) {
      records.add(
          new ProducerRecord<>(
              Topic.USAGE.topicName(),
              odometer.dataSet().toString(),
              RecordJson.write(odometer.usage())));
    }
    for (QuotaRecord threshold : crossed) {
      records.add(
          new ProducerRecord<>(
              Topic.QUOTA.topicName(),
              threshold.dataSet().toString(),
              RecordJson.write(threshold)));
    }
    return records;
  }

  @Override
  public void forget(Connection connection, List<Odometer> sent) throws SQLException {
    odometers.markPublished(connection, sent);
  }
}
