package io.filcdn.settlement.model;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The work of one transaction, which is mostly to tell the operator contract something. */
public sealed interface Submission {

  Activity activity();

  /** Whom it concerns, each once. */
  List<DataSetId> dataSets();

  /** The same for the items from {@code from} (inclusive) to {@code to} (exclusive) only. */
  Submission part(int from, int to);

  /** The number of data sets that it concerns. */
  default int size() {
    return dataSets().size();
  }

  /**
   * A usage report.
   *
   * @param toEpoch its end and its idempotency key: the contract takes an epoch once for each data
   *     set, and none below it later
   */
  record UsageReport(Epoch toEpoch, List<Rollup> rollups) implements Submission {

    public UsageReport {
      rollups = List.copyOf(rollups);
      requireEachOnce(rollups.stream().map(Rollup::dataSet).toList());
    }

    @Override
    public Activity activity() {
      return Activity.REPORT;
    }

    @Override
    public List<DataSetId> dataSets() {
      return rollups.stream().map(Rollup::dataSet).toList();
    }

    @Override
    public UsageReport part(int from, int to) {
      return new UsageReport(toEpoch, rollups.subList(from, to));
    }

    /** The same report without some data sets; empty where none is left. */
    public Optional<UsageReport> without(Set<DataSetId> some) {
      List<Rollup> left =
          rollups.stream().filter(rollup -> !some.contains(rollup.dataSet())).toList();
      return left.isEmpty() ? Optional.empty() : Optional.of(new UsageReport(toEpoch, left));
    }
  }

  /** The payment of what data sets owe along one kind of rail. */
  record RailSettlement(QuotaRecord.Kind rail, List<DataSetId> dataSets) implements Submission {

    public RailSettlement {
      dataSets = List.copyOf(dataSets);
      requireEachOnce(dataSets);
    }

    @Override
    public Activity activity() {
      return Activity.settling(rail);
    }

    @Override
    public RailSettlement part(int from, int to) {
      return new RailSettlement(rail, dataSets.subList(from, to));
    }
  }

  /**
   * The end of a data set's CDN: its rails live on until they are settled, or their time is over.
   */
  record Termination(DataSetId dataSet) implements Submission {

    @Override
    public Activity activity() {
      return Activity.TERMINATE;
    }

    @Override
    public List<DataSetId> dataSets() {
      return List.of(dataSet);
    }

    @Override
    public Termination part(int from, int to) {
      if (from != 0 || to != 1) {
        throw new IllegalArgumentException(
            "expected the whole of a termination, found %d to %d".formatted(from, to));
      }
      return this;
    }
  }

  /**
   * A submission that does nothing but spend a nonce: the chain waits for it, and the ledger does
   * not know what was signed with it.
   */
  record GapFill() implements Submission {

    @Override
    public Activity activity() {
      return Activity.FILL_GAP;
    }

    @Override
    public List<DataSetId> dataSets() {
      return List.of();
    }

    @Override
    public GapFill part(int from, int to) {
      if (from != 0 || to != 0) {
        throw new IllegalArgumentException(
            "expected the whole of nothing, found %d to %d".formatted(from, to));
      }
      return this;
    }
  }

  private static void requireEachOnce(List<DataSetId> dataSets) {
    if (dataSets.isEmpty() || new HashSet<>(dataSets).size() != dataSets.size()) {
      throw new IllegalArgumentException(
          "expected at least one data set and each once, found " + dataSets);
    }
  }
}
