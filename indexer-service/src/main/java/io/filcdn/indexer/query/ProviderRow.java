package io.filcdn.indexer.query;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.payment.ProviderId;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of {@code providers}, which the projection writes and this room only reads. */
@Entity
@Immutable
@Table(name = "providers")
@SuppressWarnings("NullAway.Init")
public class ProviderRow extends PanacheEntityBase {

  @Id public String id;

  @Column(name = "service_url")
  public @Nullable String serviceUrl;

  public boolean removed;

  @Column(name = "as_of_block")
  public long asOfBlock;

  public long version;

  static Optional<ProviderRecord> find(ProviderId id) {
    return ProviderRow.<ProviderRow>findByIdOptional(id.toString())
        .map(
            row ->
                new ProviderRecord(
                    id,
                    Optional.ofNullable(row.serviceUrl),
                    row.removed,
                    new AsOf(new BlockNumber(row.asOfBlock), row.version)));
  }
}
