package io.filcdn.settlement.replica;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.payment.TokenAmount;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The part that settlement needs of the newest index record of a data set. */
@Entity
@Table(name = "indexed_data_set")
@SuppressWarnings("NullAway.Init")
class DataSetRow extends PanacheEntityBase {

  @Id
  @Column(name = "data_set")
  String dataSet;

  long version;

  long block;

  String payer;

  @Column(name = "with_cdn")
  boolean withCdn;

  boolean deleted;

  @Column(name = "pdp_rail_end")
  @Nullable Long pdpRailEnd;

  @Column(name = "cdn_rail")
  @Nullable Long cdnRail;

  @Column(name = "cdn_rail_end")
  @Nullable Long cdnRailEnd;

  @Column(name = "cache_miss_rail")
  @Nullable Long cacheMissRail;

  @Column(name = "cache_miss_rail_end")
  @Nullable Long cacheMissRailEnd;

  @Column(name = "reported_cdn_bytes")
  long reportedCdnBytes;

  @Column(name = "reported_cache_miss_bytes")
  long reportedCacheMissBytes;

  @Column(name = "last_reported_epoch")
  @Nullable Long lastReportedEpoch;

  @Column(name = "granted_cdn_final", precision = 78)
  BigInteger grantedCdnFinal;

  @Column(name = "granted_cdn_unfinal", precision = 78)
  BigInteger grantedCdnUnfinal;

  @Column(name = "granted_cache_miss_final", precision = 78)
  BigInteger grantedCacheMissFinal;

  @Column(name = "granted_cache_miss_unfinal", precision = 78)
  BigInteger grantedCacheMissUnfinal;

  @Column(name = "settled_cdn", precision = 78)
  BigInteger settledCdn;

  @Column(name = "settled_cache_miss", precision = 78)
  BigInteger settledCacheMiss;

  void take(DataSetRecord record) {
    version = record.asOf().version();
    block = record.asOf().block().value();
    payer = record.payer().hex();
    withCdn = record.withCdn();
    deleted = record.deleted();
    pdpRailEnd = endOf(record.pdpRail());
    cdnRail = record.cdnRail().map(rail -> rail.railId().number()).orElse(null);
    cdnRailEnd = endOf(record.cdnRail());
    cacheMissRail = record.cacheMissRail().map(rail -> rail.railId().number()).orElse(null);
    cacheMissRailEnd = endOf(record.cacheMissRail());
    reportedCdnBytes = record.reported().cdnBytes().bytes();
    reportedCacheMissBytes = record.reported().cacheMissBytes().bytes();
    lastReportedEpoch = record.lastReportedEpoch().map(epoch -> epoch.value()).orElse(null);
    grantedCdnFinal = record.topUps().cdnFinal().units();
    grantedCdnUnfinal = record.topUps().cdnUnfinal().units();
    grantedCacheMissFinal = record.topUps().cacheMissFinal().units();
    grantedCacheMissUnfinal = record.topUps().cacheMissUnfinal().units();
    settledCdn = record.settled().cdn().units();
    settledCacheMiss = record.settled().cacheMiss().units();
  }

  IndexedPayments payments() {
    return new IndexedPayments(
        new DataSetRecord.Settled(new TokenAmount(settledCdn), new TokenAmount(settledCacheMiss)),
        deleted,
        Optional.ofNullable(cdnRailEnd).map(Epoch::new),
        Optional.ofNullable(cacheMissRailEnd).map(Epoch::new));
  }

  private static @Nullable Long endOf(Optional<DataSetRecord.Rail> rail) {
    return rail.flatMap(DataSetRecord.Rail::endEpoch).map(Epoch::value).orElse(null);
  }
}
