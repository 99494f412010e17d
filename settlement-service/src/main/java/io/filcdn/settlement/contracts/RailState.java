package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.TokenAmount;
import java.util.Optional;

/** What can be paid along a rail. */
public sealed interface RailState {

  /**
   * Something: up to {@code lockup}, while the block is below {@code endEpoch}.
   *
   * @param endEpoch empty while nobody terminated it
   */
  record Payable(TokenAmount lockup, Optional<Epoch> endEpoch) implements RailState {}

  /** Nothing now: no lockup is left. A top-up changes that. */
  record Unfunded() implements RailState {}

  /** Nothing any more: it was terminated and its time is over. */
  record Ended(Epoch endEpoch) implements RailState {}

  /** Nothing: the contract knows no such rail, or it is finalised. */
  record Missing(ContractError error) implements RailState {}

  /**
   * Judges a rail as it is at {@code latest}: a transaction sent now is in the next block at the
   * earliest, which must still be below the end.
   */
  static RailState of(TokenAmount lockup, Optional<Epoch> endEpoch, BlockNumber latest) {
    if (endEpoch.isPresent() && !latest.plus(1).epoch().isBefore(endEpoch.get())) {
      return new Ended(endEpoch.get());
    }
    return lockup.equals(TokenAmount.ZERO) ? new Unfunded() : new Payable(lockup, endEpoch);
  }
}
