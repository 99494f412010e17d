package io.filcdn.indexer.store;

import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.indexer.publish.Outbox;
import io.filcdn.indexer.publish.Outbox.Message;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The table of providers; what changes in it goes to the outbox. */
public final class Providers {

  private static final Upsert UPSERT =
      new Upsert("providers", "id", List.of("service_url", "removed"));

  private final Connection connection;
  private final Write what;
  private final Outbox outbox;

  public Providers(Connection connection, Write what) {
    this.connection = connection;
    this.what = what;
    this.outbox = new Outbox(connection);
  }

  /** Writes and publishes a provider, where it says something new. */
  public void save(ProviderRecord record) throws SQLException {
    boolean written =
        UPSERT.write(
            connection,
            what,
            Arrays.asList(
                record.provider().toString(),
                record.serviceUrl().orElse(null),
                record.removed(),
                record.asOf().block().value(),
                record.asOf().version()));
    if (written) {
      put(record.provider(), Optional.of(RecordJson.write(record)), record.asOf().version());
    }
  }

  /** Removes a provider that a reorg took back; publishes a tombstone. */
  public void remove(ProviderId id, Versions versions) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from providers where id = ?")) {
      delete.setString(1, id.toString());
      if (delete.executeUpdate() > 0) {
        put(id, Optional.empty(), versions.next().version());
      }
    }
  }

  private void put(ProviderId id, Optional<String> value, long version) throws SQLException {
    outbox.put(List.of(new Message(Topic.PROVIDERS, id.toString(), value, version)));
  }
}
