package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.EgressRow.Reason;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The bytes counted since the last flush. Safe for use by several threads: event loops add, the
 * flush takes.
 */
public final class EgressCounts {

  @GuardedBy("this")
  private Map<EgressKey, Count> egress = new HashMap<>();

  @GuardedBy("this")
  private Map<DataSetId, Count> fills = new HashMap<>();

  @GuardedBy("this")
  private Map<UnbilledKey, Count> unbilled = new HashMap<>();

  private record UnbilledKey(DataSetId dataSet, Reason reason, Optional<String> bot) {}

  private final Quota quota;

  /**
   * @param quota is told what was served of caps
   */
  public EgressCounts(Quota quota) {
    this.quota = quota;
  }

  /** Counts bytes of a response that are right, as far as anyone can tell. */
  public void egress(EgressKey key, long bytes, long requests) {
    if (key.bot().isPresent()) {
      ofBot(key, bytes, requests);
      return;
    }
    for (Cap cap : key.caps()) {
      quota.served(cap.name(), bytes);
    }
    ofRecord(key.ofRecord(), bytes, requests);
  }

  private synchronized void ofBot(EgressKey key, long bytes, long requests) {
    unbilled(key.dataSet(), Reason.BOT, key.bot()).add(bytes, 0, requests);
  }

  private synchronized void ofRecord(EgressKey key, long bytes, long requests) {
    egress.computeIfAbsent(key, k -> new Count()).add(bytes, 0, requests);
  }

  /** Counts bytes of a response that turned out wrong. */
  synchronized void unverified(EgressKey key, long bytes, long requests) {
    unbilled(key.dataSet(), Reason.UNVERIFIED, key.bot()).add(bytes, 0, requests);
  }

  /** Counts bytes that a provider supplied to a fill that verified. */
  public synchronized void fill(DataSetId dataSet, long bytes, Optional<String> bot) {
    if (bot.isPresent()) {
      unbilled(dataSet, Reason.BOT, bot).add(0, bytes, 0);
    } else {
      fills.computeIfAbsent(dataSet, d -> new Count()).add(0, bytes, 1);
    }
  }

  /** Counts bytes that a provider supplied to a fill that did not verify. */
  synchronized void fillInVain(DataSetId dataSet, long bytes) {
    unbilled(dataSet, Reason.UNVERIFIED, Optional.empty()).add(0, bytes, 0);
  }

  @GuardedBy("this")
  private Count unbilled(DataSetId dataSet, Reason reason, Optional<String> bot) {
    return unbilled.computeIfAbsent(new UnbilledKey(dataSet, reason, bot), k -> new Count());
  }

  /** Takes what was counted; counting starts again from nothing. */
  public List<EgressRow> take() {
    Map<EgressKey, Count> egressTaken;
    Map<DataSetId, Count> fillsTaken;
    Map<UnbilledKey, Count> unbilledTaken;
    synchronized (this) {
      egressTaken = egress;
      fillsTaken = fills;
      unbilledTaken = unbilled;
      egress = new HashMap<>();
      fills = new HashMap<>();
      unbilled = new HashMap<>();
    }
    List<EgressRow> rows = new ArrayList<>();
    egressTaken.forEach((key, count) -> rows.add(row(key, count)));
    fillsTaken.forEach(
        (dataSet, count) ->
            rows.add(new EgressRow.Fill(dataSet, count.times, new ByteCount(count.fillBytes))));
    unbilledTaken.forEach((key, count) -> rows.add(row(key, count)));
    return rows;
  }

  private static EgressRow row(EgressKey key, Count count) {
    return new EgressRow.Egress(
        key.dataSet(),
        key.cache(),
        key.status(),
        key.country(),
        count.times,
        new ByteCount(count.bytes),
        key.key().map(use -> new EgressRow.UsedKey(use.key(), use.day())));
  }

  private static EgressRow row(UnbilledKey key, Count count) {
    return new EgressRow.Unbilled(
        key.dataSet(),
        key.reason(),
        key.bot(),
        count.times,
        new ByteCount(count.bytes),
        new ByteCount(count.fillBytes));
  }

  private static final class Count {
    long bytes;
    long fillBytes;
    long times;

    void add(long moreBytes, long moreFillBytes, long moreTimes) {
      bytes = Math.addExact(bytes, moreBytes);
      fillBytes = Math.addExact(fillBytes, moreFillBytes);
      times = Math.addExact(times, moreTimes);
    }
  }
}
