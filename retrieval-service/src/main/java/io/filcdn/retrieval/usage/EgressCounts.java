package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.egress.EgressRow;
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
final class EgressCounts {

  @GuardedBy("this")
  private Map<EgressKey, Count> egress = new HashMap<>();

  @GuardedBy("this")
  private Map<DataSetId, Count> fills = new HashMap<>();

  @GuardedBy("this")
  private Map<DataSetId, Count> unverified = new HashMap<>();

  synchronized void egress(EgressKey key, long bytes, long requests) {
    egress.computeIfAbsent(key, k -> new Count()).add(bytes, requests);
  }

  synchronized void fill(DataSetId dataSet, long bytes) {
    fills.computeIfAbsent(dataSet, d -> new Count()).add(bytes, 1);
  }

  synchronized void unverified(DataSetId dataSet, long bytes, long requests) {
    unverified.computeIfAbsent(dataSet, d -> new Count()).add(bytes, requests);
  }

  /** Takes what was counted; counting starts again from nothing. */
  List<EgressRow> take() {
    Map<EgressKey, Count> egressTaken;
    Map<DataSetId, Count> fillsTaken;
    Map<DataSetId, Count> unverifiedTaken;
    synchronized (this) {
      egressTaken = egress;
      fillsTaken = fills;
      unverifiedTaken = unverified;
      egress = new HashMap<>();
      fills = new HashMap<>();
      unverified = new HashMap<>();
    }
    List<EgressRow> rows = new ArrayList<>();
    egressTaken.forEach(
        (key, count) ->
            rows.add(
                new EgressRow.Egress(
                    key.dataSet(),
                    key.cache(),
                    key.status(),
                    key.country(),
                    count.times,
                    new ByteCount(count.bytes))));
    fillsTaken.forEach(
        (dataSet, count) ->
            rows.add(new EgressRow.Fill(dataSet, count.times, new ByteCount(count.bytes))));
    unverifiedTaken.forEach(
        (dataSet, count) ->
            rows.add(
                new EgressRow.Unbilled(
                    dataSet,
                    EgressRow.Reason.UNVERIFIED,
                    Optional.empty(),
                    count.times,
                    new ByteCount(count.bytes))));
    return rows;
  }

  private static final class Count {
    long bytes;
    long times;

    void add(long moreBytes, long moreTimes) {
      bytes = Math.addExact(bytes, moreBytes);
      times = Math.addExact(times, moreTimes);
    }
  }
}
