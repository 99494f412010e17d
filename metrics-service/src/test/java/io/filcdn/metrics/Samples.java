package io.filcdn.metrics;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.Settled;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Records for tests, of which a test names only what it is about. */
public final class Samples {

  /** Epochs of one second, counted from 1970. */
  public static final Network DEVNET =
      NetworkFile.read(Path.of("..", "deploy", "networks", "devnet.json"));

  public static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  public static final Address PAYER = Address.of("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");

  private Samples() {}

  public static JournalId journal(long number) {
    return new JournalId(new UUID(0, number));
  }

  public static DataSetId dataSet(long number) {
    return new DataSetId(Generation.FWSS, number);
  }

  /** A flush of the second before noon. */
  public static EgressRecord flush(
      JournalId journal, int partition, long sequence, EgressRow... rows) {
    return flushUntil(NOON, journal, partition, sequence, rows);
  }

  public static EgressRecord flushUntil(
      Instant to, JournalId journal, int partition, long sequence, EgressRow... rows) {
    return new EgressRecord(
        journal, partition, sequence, "edge-0", to.minusSeconds(1), to, List.of(rows));
  }

  public static EgressRow egress(long dataSet, CacheOutcome cache, long requests, long bytes) {
    return new EgressRow.Egress(
        dataSet(dataSet), cache, "2xx", "DE", requests, ByteCount.of(bytes), Optional.empty());
  }

  public static EgressRow hit(long dataSet, long bytes) {
    return egress(dataSet, CacheOutcome.HIT, 1, bytes);
  }

  public static EgressRow hit(long dataSet, long bytes, Optional<EgressRow.UsedKey> key) {
    return new EgressRow.Egress(
        dataSet(dataSet), CacheOutcome.HIT, "2xx", "DE", 1, ByteCount.of(bytes), key);
  }

  public static EgressRow fill(long dataSet, long bytes) {
    return new EgressRow.Fill(dataSet(dataSet), 1, ByteCount.of(bytes));
  }

  public static EgressRow unbilled(
      long dataSet, EgressRow.Reason reason, long requests, long bytes) {
    return new EgressRow.Unbilled(
        dataSet(dataSet),
        reason,
        Optional.of("checker"),
        requests,
        ByteCount.of(bytes),
        ByteCount.of(2 * bytes));
  }

  /** A data set with the lockups that FWSS takes at creation, of which nothing was reported. */
  public static DataSetRecord indexed(long dataSet, long version) {
    return indexed(
        dataSet, version, topUps("700000000000000000", "300000000000000000"), Reported.NONE);
  }

  public static DataSetRecord indexed(
      long dataSet, long version, TopUps topUps, Reported reported) {
    return new DataSetRecord(
        dataSet(dataSet),
        PAYER,
        ProviderId.fwss(3),
        Address.of("0x90f79bf6eb2c4f870365e785982e1f101e93b906"),
        true,
        false,
        Optional.of(new Rail(new RailId(40), Optional.empty())),
        Optional.of(new Rail(new RailId(41), Optional.empty())),
        Optional.of(new Rail(new RailId(42), Optional.of(new Epoch(5473400)))),
        topUps,
        reported,
        Optional.empty(),
        Settled.NONE,
        new AsOf(new BlockNumber(100), version));
  }

  /** A data set like {@link #indexed}, none of whose rails ends. */
  public static DataSetRecord living(long dataSet, long version) {
    DataSetRecord ending = indexed(dataSet, version);
    return new DataSetRecord(
        ending.dataSet(),
        ending.payer(),
        ending.provider(),
        ending.payee(),
        ending.withCdn(),
        ending.deleted(),
        ending.pdpRail(),
        ending.cacheMissRail(),
        ending.cdnRail().map(rail -> new Rail(rail.railId(), Optional.empty())),
        ending.topUps(),
        ending.reported(),
        ending.lastReportedEpoch(),
        ending.settled(),
        ending.asOf());
  }

  /** Final top-ups. */
  public static TopUps topUps(String cdn, String cacheMiss) {
    return new TopUps(
        TokenAmount.of(cdn), TokenAmount.ZERO, TokenAmount.of(cacheMiss), TokenAmount.ZERO);
  }
}
