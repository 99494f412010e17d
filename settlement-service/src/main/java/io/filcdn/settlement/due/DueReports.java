package io.filcdn.settlement.due;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.ledger.Activity;
import io.filcdn.settlement.ledger.Rollup;
import io.filcdn.settlement.ledger.SetAside;
import io.filcdn.settlement.ledger.SetAsides;
import io.filcdn.settlement.ledger.Standing;
import io.filcdn.settlement.ledger.Standings;
import io.filcdn.settlement.ledger.Submission;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the usage that is due, and puts it into reports. */
@Singleton
public final class DueReports {

  private final Standings standings;
  private final SetAsides setAsides;

  DueReports(Standings standings, SetAsides setAsides) {
    this.standings = standings;
    this.setAsides = setAsides;
  }

  /**
   * What can be reported after block {@code latest}. Data sets whose odometer is below what was
   * reported are set aside.
   */
  public List<DueUsage> find(BlockNumber latest) {
    standings.forgetCovered();
    Set<DataSetId> leftOut = setAsides.leftOut(Activity.REPORT);
    return standings.unequal().stream()
        .filter(standing -> !leftOut.contains(standing.dataSet()))
        .map(standing -> due(standing, latest))
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<DueUsage> due(Standing standing, BlockNumber latest) {
    return switch (standing.due()) {
      case Standing.Due.Nothing() -> Optional.empty();
      case Standing.Due.Shortfall(String message) -> {
        setAsides.put(
            standing.dataSet(), Activity.REPORT, SetAside.Reason.ODOMETER_BELOW_REPORTED, message);
        yield Optional.empty();
      }
      case Standing.Due.Bytes bytes -> {
        Epoch upTo = upTo(standing, latest);
        yield standing.inFlight() || !upTo.isAfter(standing.last())
            ? Optional.empty()
            : Optional.of(new DueUsage(standing, bytes.usage(), standing.last(), upTo));
      }
    };
  }

  /** min(latest − 1, the odometer's as-of epoch). */
  private static Epoch upTo(Standing standing, BlockNumber latest) {
    long over = Math.max(0, latest.value() - 1);
    return new Epoch(Math.min(over, standing.asOf().value()));
  }

  /**
   * Puts usage into as few reports as can be: each has one toEpoch, which must suit all its data
   * sets. Going through them by the highest epoch that suits each, a report takes all that its
   * first one's highest suits too.
   */
  public static List<Submission.UsageReport> reports(List<DueUsage> due) {
    List<DueUsage> left =
        new ArrayList<>(
            due.stream()
                .sorted(
                    Comparator.comparing(DueUsage::upTo)
                        .thenComparing(usage -> usage.standing().dataSet()))
                .toList());
    List<Submission.UsageReport> reports = new ArrayList<>();
    while (!left.isEmpty()) {
      Epoch toEpoch = left.getFirst().upTo();
      List<Rollup> rollups =
          left.stream()
              .filter(usage -> usage.after().isBefore(toEpoch))
              .map(DueUsage::rollup)
              .toList();
      left.removeIf(usage -> usage.after().isBefore(toEpoch));
      reports.add(new Submission.UsageReport(toEpoch, rollups));
    }
    return reports;
  }
}
