package io.filcdn.settlement.ledger;

import io.filcdn.common.index.DataSetRecord;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** What settlement needs of the newest index record of a data set. */
@Entity
@Table(name = "indexed_data_set")
@SuppressWarnings("NullAway.Init")
class DataSetRow extends PanacheEntityBase {

  @Id
  @Column(name = "data_set")
  String dataSet;

  long version;

  long block;

  @Column(name = "cdn_rail")
  @Nullable Long cdnRail;

  @Column(name = "cache_miss_rail")
  @Nullable Long cacheMissRail;

  @Column(name = "reported_cdn_bytes")
  long reportedCdnBytes;

  @Column(name = "reported_cache_miss_bytes")
  long reportedCacheMissBytes;

  @Column(name = "last_reported_epoch")
  @Nullable Long lastReportedEpoch;

  void take(DataSetRecord record) {
    version = record.asOf().version();
    block = record.asOf().block().value();
    cdnRail = record.cdnRail().map(rail -> rail.railId().number()).orElse(null);
    cacheMissRail = record.cacheMissRail().map(rail -> rail.railId().number()).orElse(null);
    reportedCdnBytes = record.reported().cdnBytes().bytes();
    reportedCacheMissBytes = record.reported().cacheMissBytes().bytes();
    lastReportedEpoch = record.lastReportedEpoch().map(epoch -> epoch.value()).orElse(null);
  }
}
