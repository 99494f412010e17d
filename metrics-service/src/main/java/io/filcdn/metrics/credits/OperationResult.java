package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditAmount;
import java.util.Optional;

/** The end of one operation. */
public sealed interface OperationResult {

  /** The reservation as it is now. */
  record Done(Reservation reservation) implements OperationResult {}

  /**
   * A refusal, which changed nothing.
   *
   * @param available what the account has, where that is too little
   */
  record Refused(CreditRefusal reason, Optional<CreditAmount> available)
      implements OperationResult {

    public Refused(CreditRefusal reason) {
      this(reason, Optional.empty());
    }
  }
}
