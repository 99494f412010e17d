package io.filcdn.indexer.store;

import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.indexer.publish.Outbox;
import io.filcdn.indexer.publish.Outbox.Message;
import io.filcdn.indexer.store.Upsert.Column;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The table of providers; what changes in it goes to the outbox. */
public final class Providers {

  private static final Upsert<ProviderRecord> UPSERT =
      new Upsert<>(
          "providers",
          "id",
          record -> record.provider().toString(),
          List.of(
              Column.text("service_url", record -> record.serviceUrl().orElse(null)),
              Column.flag("removed", ProviderRecord::removed)),
          ProviderRecord::asOf);

  private final Connection connection;
  private final WriteMode what;
  private final Outbox outbox;

  public Providers(Connection connection, WriteMode what) {
    this.connection = connection;
    this.what = what;
    this.outbox = new Outbox(connection);
  }

  /** Writes and publishes providers, those that say something new. */
  public void save(List<ProviderRecord> records) throws SQLException {
    Set<String> written = UPSERT.write(connection, what, records);
    outbox.put(
        records.stream()
            .filter(record -> written.contains(record.provider().toString()))
            .map(
                record ->
                    message(
                        record.provider(),
                        Optional.of(RecordJson.write(record)),
                        record.asOf().version()))
            .toList());
  }

  /** Removes a provider that a reorg took back; publishes a tombstone. */
  public void remove(ProviderId id, Versions versions) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from providers where id = ?")) {
      delete.setString(1, id.toString());
      if (delete.executeUpdate() > 0) {
        outbox.put(List.of(message(id, Optional.empty(), versions.next().version())));
      }
    }
  }

  private static Message message(ProviderId id, Optional<String> value, long version) {
    return new Message(Topic.PROVIDERS, id.toString(), value, version);
  }
}
