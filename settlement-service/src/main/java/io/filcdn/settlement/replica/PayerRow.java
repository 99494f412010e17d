package io.filcdn.settlement.replica;

import io.filcdn.common.index.PayerRecord;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The newest screening of a payer. */
@Entity
@Table(name = "payer")
@SuppressWarnings("NullAway.Init")
class PayerRow extends PanacheEntityBase {

  @Id String address;

  long version;

  boolean sanctioned;

  @Column(name = "sanctioned_since")
  @Nullable Instant sanctionedSince;

  void take(PayerRecord record, Instant now) {
    version = record.asOf().version();
    sanctioned = record.sanctioned();
    if (!sanctioned) {
      sanctionedSince = null;
    } else if (sanctionedSince == null) {
      sanctionedSince = now;
    }
  }
}
