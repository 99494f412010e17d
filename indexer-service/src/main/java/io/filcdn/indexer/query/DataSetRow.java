package io.filcdn.indexer.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Gate;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.Settled;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of {@code data_sets}, which the projection writes and this room only reads. */
@Entity
@Immutable
@Table(name = "data_sets")
@SuppressWarnings("NullAway.Init")
public class DataSetRow extends PanacheEntityBase {

  @Id public String id;
  public String payer;
  public String provider;
  public String payee;

  @Column(name = "with_cdn")
  public boolean withCdn;

  public boolean deleted;

  @Column(name = "provisional_since")
  public @Nullable Long provisionalSince;

  public @Nullable String gate;

  @Column(name = "pdp_rail")
  public @Nullable Long pdpRail;

  @Column(name = "pdp_rail_end")
  public @Nullable Long pdpRailEnd;

  @Column(name = "cache_miss_rail")
  public @Nullable Long cacheMissRail;

  @Column(name = "cache_miss_rail_end")
  public @Nullable Long cacheMissRailEnd;

  @Column(name = "cdn_rail")
  public @Nullable Long cdnRail;

  @Column(name = "cdn_rail_end")
  public @Nullable Long cdnRailEnd;

  @Column(name = "cdn_topped_up_final")
  public BigInteger cdnToppedUpFinal;

  @Column(name = "cdn_topped_up_unfinal")
  public BigInteger cdnToppedUpUnfinal;

  @Column(name = "cache_miss_topped_up_final")
  public BigInteger cacheMissToppedUpFinal;

  @Column(name = "cache_miss_topped_up_unfinal")
  public BigInteger cacheMissToppedUpUnfinal;

  @Column(name = "cdn_reported_final")
  public long cdnReportedFinal;

  @Column(name = "cdn_reported_unfinal")
  public long cdnReportedUnfinal;

  @Column(name = "cache_miss_reported_final")
  public long cacheMissReportedFinal;

  @Column(name = "cache_miss_reported_unfinal")
  public long cacheMissReportedUnfinal;

  @Column(name = "last_reported_epoch")
  public @Nullable Long lastReportedEpoch;

  @Column(name = "cdn_settled")
  public BigInteger cdnSettled;

  @Column(name = "cache_miss_settled")
  public BigInteger cacheMissSettled;

  @Column(name = "as_of_block")
  public long asOfBlock;

  public long version;

  static Optional<DataSetRecord> find(DataSetId id) {
    return DataSetRow.<DataSetRow>findByIdOptional(id.toString()).map(DataSetRow::asRecord);
  }

  /** The ids of a payer's data sets, up to {@code limit} behind one. */
  static List<DataSetId> ofPayer(Address payer, Optional<DataSetId> after, int limit) {
    return DataSetRow.<DataSetRow>find(
            "payer = ?1 and id > ?2 order by id",
            payer.hex(),
            after.map(DataSetId::toString).orElse(""))
        .page(0, limit)
        .list()
        .stream()
        .map(row -> DataSetId.of(row.id))
        .toList();
  }

  private DataSetRecord asRecord() {
    return new DataSetRecord(
        DataSetId.of(id),
        new Address(payer),
        ProviderId.of(provider),
        new Address(payee),
        withCdn,
        deleted,
        Optional.ofNullable(provisionalSince).map(BlockNumber::new),
        Optional.ofNullable(gate).map(Gate::of),
        rail(pdpRail, pdpRailEnd),
        rail(cacheMissRail, cacheMissRailEnd),
        rail(cdnRail, cdnRailEnd),
        new TopUps(
            new TokenAmount(cdnToppedUpFinal),
            new TokenAmount(cdnToppedUpUnfinal),
            new TokenAmount(cacheMissToppedUpFinal),
            new TokenAmount(cacheMissToppedUpUnfinal)),
        new Reported(
            new ByteCount(cdnReportedFinal),
            new ByteCount(cdnReportedUnfinal),
            new ByteCount(cacheMissReportedFinal),
            new ByteCount(cacheMissReportedUnfinal)),
        Optional.ofNullable(lastReportedEpoch).map(Epoch::new),
        new Settled(new TokenAmount(cdnSettled), new TokenAmount(cacheMissSettled)),
        new AsOf(new BlockNumber(asOfBlock), version));
  }

  private static Optional<Rail> rail(@Nullable Long id, @Nullable Long end) {
    return Optional.ofNullable(id)
        .map(number -> new Rail(new RailId(number), Optional.ofNullable(end).map(Epoch::new)));
  }
}
