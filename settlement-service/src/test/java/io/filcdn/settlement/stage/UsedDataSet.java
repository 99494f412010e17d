package io.filcdn.settlement.stage;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.testing.chain.DevnetHistory;
import io.filcdn.testing.chain.DevnetReads;
import java.math.BigInteger;
import java.util.List;

/** A data set of the stage, with its odometer. */
public final class UsedDataSet {

  private final Stage stage;
  private final long number;
  private long cdnBytes;
  private long cacheMissBytes;

  UsedDataSet(Stage stage, long number) {
    this.stage = stage;
    this.number = number;
  }

  public long number() {
    return number;
  }

  public DataSetId id() {
    return new DataSetId(Generation.FWSS, number);
  }

  public DevnetReads.DataSet onChain() {
    return stage.devnet().reads().dataSet(number);
  }

  /** Adds to the odometer, as of the chain's newest block. */
  public UsedDataSet serve(long cdn, long cacheMiss) {
    cdnBytes += cdn;
    cacheMissBytes += cacheMiss;
    return publish();
  }

  /** Sets the odometer to what it cannot be. */
  public UsedDataSet forgetAllBut(long cdn, long countGeneration) {
    cdnBytes = cdn;
    cacheMissBytes = 0;
    stage.topics().send(Topic.USAGE, id().toString(), odometer(countGeneration));
    return this;
  }

  public UsedDataSet publish() {
    stage.topics().send(Topic.USAGE, id().toString(), odometer(1));
    return this;
  }

  private UsageRecord odometer(long countGeneration) {
    return new UsageRecord(
        id(),
        countGeneration,
        ByteCount.of(cdnBytes),
        ByteCount.of(cacheMissBytes),
        new Epoch(stage.devnet().epoch()));
  }

  /** What the chain was told of it, in order. */
  public List<DevnetHistory.UsageReport> reports() {
    return stage.devnet().history().usageReports(0, stage.devnet().epoch()).stream()
        .filter(report -> report.dataSetId() == number)
        .toList();
  }

  public long cdnBytes() {
    return cdnBytes;
  }

  public long cacheMissBytes() {
    return cacheMissBytes;
  }

  /** The sum of all CDN bytes that the chain was told. */
  public long reportedCdnBytes() {
    return reports().stream().mapToLong(report -> report.cdnBytes().longValueExact()).sum();
  }

  /** The sum of all cache-miss bytes that the chain was told. */
  public long reportedCacheMissBytes() {
    return reports().stream().mapToLong(report -> report.cacheMissBytes().longValueExact()).sum();
  }

  /** What was paid for it, in order. */
  public List<DevnetHistory.Settlement> settlements() {
    return stage.devnet().history().settlements(0, stage.devnet().epoch()).stream()
        .filter(settlement -> settlement.dataSetId() == number)
        .toList();
  }

  /** The sum of what was paid along one rail. */
  public BigInteger settled(DevnetHistory.Settlement.Rails rail) {
    return settlements().stream()
        .filter(settlement -> settlement.rail() == rail)
        .map(DevnetHistory.Settlement::amount)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** What settlement told about it. */
  public <T extends SettlementRecord> List<T> events(Class<T> kind) {
    return stage.topics().read(Topic.SETTLEMENT, SettlementRecord.class).stream()
        .filter(event -> event.dataSet().equals(id()))
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }
}
