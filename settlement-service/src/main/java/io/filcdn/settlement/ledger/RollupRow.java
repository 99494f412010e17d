package io.filcdn.settlement.ledger;

import io.filcdn.common.piece.ByteCount;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** One item of a report. */
@Entity
@Table(name = "rollup")
@SuppressWarnings("NullAway.Init")
class RollupRow extends PanacheEntityBase {

  @EmbeddedId ItemKey key;

  @Column(name = "to_epoch")
  long toEpoch;

  @Column(name = "cdn_bytes")
  long cdnBytes;

  @Column(name = "cache_miss_bytes")
  long cacheMissBytes;

  @Column(name = "in_flight")
  boolean inFlight;

  boolean counts;

  Rollup toRollup() {
    return new Rollup(key.id(), new Usage(ByteCount.of(cdnBytes), ByteCount.of(cacheMissBytes)));
  }
}
