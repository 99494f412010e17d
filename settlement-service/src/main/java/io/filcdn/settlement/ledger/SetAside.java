package io.filcdn.settlement.ledger;

import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.payment.DataSetId;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A data set that is left out of an activity.
 *
 * @param message what was expected and what was found
 * @param retryAt when it may take part again; empty where only an operator can release it
 */
public record SetAside(
    DataSetId dataSet,
    Activity activity,
    Reason reason,
    String message,
    Instant since,
    Optional<Instant> retryAt) {

  /** Why: also the reason of the event that tells it. */
  public enum Reason {
    /** The index does not show a report of ours that is final. */
    REPORT_NOT_INDEXED,
    /** Less was counted than reported. */
    ODOMETER_BELOW_REPORTED,
    /** The contract refuses this data set. */
    REVERTED,
    /** What is owed can never be paid: the rail has ended. */
    RAIL_ENDED,
    /** What is owed can never be paid: the rail is finalised, or was never there. */
    RAIL_MISSING;

    /** Whether it is worth another try without an operator having looked at it. */
    boolean canHeal() {
      return this != ODOMETER_BELOW_REPORTED;
    }

    static Reason of(String text) {
      return valueOf(text.replace('-', '_').toUpperCase(Locale.ROOT));
    }

    @JsonValue
    @Override
    public String toString() {
      return name().replace('_', '-').toLowerCase(Locale.ROOT);
    }
  }
}
