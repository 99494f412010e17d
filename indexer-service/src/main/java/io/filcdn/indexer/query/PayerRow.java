package io.filcdn.indexer.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PayerRecord;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of {@code payers}, which the projection writes and this room only reads. */
@Entity
@Immutable
@Table(name = "payers")
@SuppressWarnings("NullAway.Init")
public class PayerRow extends PanacheEntityBase {

  @Id public String address;
  public boolean sanctioned;

  @Column(name = "screened_at")
  public @Nullable Instant screenedAt;

  @Column(name = "as_of_block")
  public long asOfBlock;

  public long version;

  static Optional<PayerRecord> find(Address address) {
    return PayerRow.<PayerRow>findByIdOptional(address.hex())
        .map(
            row ->
                new PayerRecord(
                    address,
                    row.sanctioned,
                    Optional.ofNullable(row.screenedAt),
                    new AsOf(new BlockNumber(row.asOfBlock), row.version)));
  }
}
