package io.filcdn.settlement.ledger;

import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Usage;
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

  String operator;

  @Column(name = "to_epoch")
  long toEpoch;

  @Column(name = "cdn_bytes")
  long cdnBytes;

  @Column(name = "cache_miss_bytes")
  long cacheMissBytes;

  @Column(name = "others_cdn_bytes")
  long othersCdnBytes;

  @Column(name = "others_cache_miss_bytes")
  long othersCacheMissBytes;

  @Column(name = "in_flight")
  boolean inFlight;

  boolean counts;

  @Column(name = "final")
  boolean isFinal;

  Rollup toRollup() {
    return new Rollup(
        key.id(),
        new Usage(ByteCount.of(cdnBytes), ByteCount.of(cacheMissBytes)),
        new Usage(ByteCount.of(othersCdnBytes), ByteCount.of(othersCacheMissBytes)));
  }
}
