package io.filcdn.settlement.setaside;

import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.model.Activity;
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

  /**
   * The reason why a data set is set aside, which is also the reason of the event that tells it.
   */
  public enum Reason {
    /** The index does not show a report of ours that is final. */
    REPORT_NOT_INDEXED,
    /** Less was counted than reported. */
    ODOMETER_BELOW_REPORTED,
    /** More was counted than was ever paid for. */
    BEYOND_GRANTS,
    /** An epoch was reported that no block has reached: no report can follow until one has. */
    EPOCH_AHEAD,
    /** The contract refuses this data set. */
    REVERTED,
    /** A settlement went through and moved nothing, though something was owed. */
    SETTLED_NOTHING,
    /** The rail has ended: what is owed can never be paid. */
    RAIL_ENDED,
    /** The rail is finalised, or was never there: what is owed can never be paid. */
    RAIL_MISSING,
    /** The data set is deleted: what is owed can never be paid. */
    DATA_SET_DELETED;

    /**
     * True where it is worth another try without an operator having looked at it.
     *
     * @param unsure whether it was found so lately that the topics may only have come out of step,
     *     or while prices are disputed
     */
    boolean canHeal(boolean unsure) {
      return switch (this) {
        case ODOMETER_BELOW_REPORTED -> false;
        // a later top-up must not pay for what was never served
        case BEYOND_GRANTS -> unsure;
        case REPORT_NOT_INDEXED,
            EPOCH_AHEAD,
            REVERTED,
            SETTLED_NOTHING,
            RAIL_ENDED,
            RAIL_MISSING,
            DATA_SET_DELETED ->
            true;
      };
    }

    /** True where it follows from the tables, so that it is over where they say so. */
    boolean isOfTheTables() {
      return switch (this) {
        case REPORT_NOT_INDEXED, ODOMETER_BELOW_REPORTED, BEYOND_GRANTS, EPOCH_AHEAD -> true;
        case REVERTED, SETTLED_NOTHING, RAIL_ENDED, RAIL_MISSING, DATA_SET_DELETED -> false;
      };
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
