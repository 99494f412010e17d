package io.filcdn.settlement.stage;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.stack.chain.Devnet;
import io.filcdn.stack.chain.DevnetHistory;
import io.filcdn.stack.chain.DevnetReads;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the indexer tells settlement: it reads the chain a few times a second and publishes the data
 * sets that changed. A test can have it stand still, and lie about a rail.
 */
public final class Index implements AutoCloseable {

  private final Devnet devnet;
  private final Topics topics;
  private final Map<Long, String> published = new ConcurrentHashMap<>();
  private final Map<Long, RailId> cdnRails = new ConcurrentHashMap<>();
  private final Map<Long, DevnetReads.DataSet> dataSets = new ConcurrentHashMap<>();
  private final AtomicLong version = new AtomicLong();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("index").factory());
  private volatile boolean paused;

  Index(Devnet devnet, Topics topics) {
    this.devnet = devnet;
    this.topics = topics;
    var _ = thread.scheduleWithFixedDelay(this::publishUnlessPaused, 0, 200, TimeUnit.MILLISECONDS);
  }

  /** Publishes a data set from now on. */
  public void add(long dataSet) {
    dataSets.put(dataSet, devnet.reads().dataSet(dataSet));
  }

  /** Publishes another CDN rail than the data set's own. */
  public void pretendCdnRail(long dataSet, long rail) {
    cdnRails.put(dataSet, new RailId(rail));
  }

  public void pause() {
    paused = true;
  }

  public void resume() {
    paused = false;
  }

  private void publishUnlessPaused() {
    if (paused) {
      return;
    }
    try {
      long head = devnet.epoch();
      List<DevnetHistory.UsageReport> reports = devnet.history().usageReports(0, head);
      dataSets.values().forEach(dataSet -> publish(dataSet, reports, head));
    } catch (RuntimeException e) {
      // the chain is being rolled back under our feet: the next round sees it whole
    }
  }

  private void publish(
      DevnetReads.DataSet dataSet, List<DevnetHistory.UsageReport> all, long head) {
    List<DevnetHistory.UsageReport> reports =
        all.stream().filter(report -> report.dataSetId() == dataSet.id()).toList();
    String state = reports + " " + cdnRails.get(dataSet.id());
    if (state.equals(published.put(dataSet.id(), state))) {
      return;
    }
    DataSetRecord record = record(dataSet, reports, head);
    topics.send(Topic.DATA_SETS, record.dataSet().toString(), record);
  }

  private DataSetRecord record(
      DevnetReads.DataSet dataSet, List<DevnetHistory.UsageReport> reports, long head) {
    return new DataSetRecord(
        new DataSetId(Generation.FWSS, dataSet.id()),
        Address.of(dataSet.payer()),
        ProviderId.fwss(dataSet.providerId()),
        Address.of(dataSet.payee()),
        true,
        false,
        Optional.of(rail(new RailId(dataSet.pdpRailId()))),
        Optional.of(rail(new RailId(dataSet.cacheMissRailId()))),
        Optional.of(rail(cdnRails.getOrDefault(dataSet.id(), new RailId(dataSet.cdnRailId())))),
        DataSetRecord.TopUps.NONE,
        new DataSetRecord.Reported(
            ByteCount.ZERO,
            ByteCount.of(reports.stream().mapToLong(r -> r.cdnBytes().longValueExact()).sum()),
            ByteCount.ZERO,
            ByteCount.of(
                reports.stream().mapToLong(r -> r.cacheMissBytes().longValueExact()).sum())),
        reports.stream().map(report -> new Epoch(report.toEpoch())).max(Comparator.naturalOrder()),
        DataSetRecord.Settled.NONE,
        new AsOf(new BlockNumber(head), version.incrementAndGet()));
  }

  private static DataSetRecord.Rail rail(RailId id) {
    return new DataSetRecord.Rail(id, Optional.empty());
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
