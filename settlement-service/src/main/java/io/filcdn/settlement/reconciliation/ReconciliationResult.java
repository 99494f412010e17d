package io.filcdn.settlement.reconciliation;

import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.setaside.SetAside;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * The result of a comparison of ledger, odometers, index and chain, as the API shows it.
 *
 * @param block the chain's newest block then
 * @param dataSets how many were compared
 * @param differenceCount how many differences there are; the list ends after {@link #MAX_LISTED}
 * @param setAside who is left out of what, and why
 */
public record ReconciliationResult(
    Instant at,
    BlockNumber block,
    long dataSets,
    Totals totals,
    long differenceCount,
    List<Difference> differences,
    List<SetAside> setAside) {

  static final int MAX_LISTED = 1000;

  /**
   * Sums over all data sets: odometer = reported + own open + due, where nothing differs.
   *
   * @param owedCdn what the contract says is owed along CDN rails
   * @param settledCdn what the index says was paid along them
   */
  public record Totals(
      Usage odometer,
      Usage reported,
      Usage ownOpen,
      Usage due,
      TokenAmount owedCdn,
      TokenAmount owedCacheMiss,
      TokenAmount settledCdn,
      TokenAmount settledCacheMiss) {}

  /** A difference that was found for a data set. */
  public record Difference(DataSetId dataSet, Kind kind, String message) {

    String key() {
      return dataSet + " " + kind;
    }
  }

  /** The kind of difference, by what does not agree with what. */
  public enum Kind {
    /** Less was counted than reported. */
    ODOMETER_BELOW_REPORTED,
    /** The index does not show a report of ours. */
    REPORT_NOT_INDEXED,
    /** More was counted than was ever paid for. */
    BEYOND_GRANTS,
    /** The contract's last epoch is neither the index's nor our own, or no block has reached it. */
    EPOCH,
    /** The sums paid and owed do not add up to what was reported. */
    MONEY,
    /**
     * Amounts owed, or bytes unreported, can never be paid: their rails or their data set ended
     * before.
     */
    LOST;

    @JsonValue
    @Override
    public String toString() {
      return name().replace('_', '-').toLowerCase(Locale.ROOT);
    }
  }
}
