package io.filcdn.settlement.replica;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.UsageRecord;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** The newest odometer record of a data set. */
@Entity
@Table(name = "odometer")
@SuppressWarnings("NullAway.Init")
class OdometerRow extends PanacheEntityBase {

  @Id
  @Column(name = "data_set")
  String dataSet;

  @Column(name = "count_generation")
  long countGeneration;

  @Column(name = "cdn_bytes")
  long cdnBytes;

  @Column(name = "cache_miss_bytes")
  long cacheMissBytes;

  @Column(name = "as_of")
  long asOf;

  @Column(name = "unreported_since")
  @Nullable Long unreportedSince;

  UsageRecord toRecord() {
    return new UsageRecord(
        DataSetId.of(dataSet),
        countGeneration,
        ByteCount.of(cdnBytes),
        ByteCount.of(cacheMissBytes),
        new Epoch(asOf));
  }

  void take(UsageRecord usage) {
    boolean grew =
        cdnBytes != usage.cdnBytes().bytes() || cacheMissBytes != usage.cacheMissBytes().bytes();
    countGeneration = usage.countGeneration();
    cdnBytes = usage.cdnBytes().bytes();
    cacheMissBytes = usage.cacheMissBytes().bytes();
    asOf = usage.asOf().value();
    if (grew && unreportedSince == null) {
      unreportedSince = asOf;
    }
  }
}
