package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.TokenAmount;
import java.util.Optional;

/** The state of a rail, by what can be paid along it. */
public sealed interface RailState {

  /**
   * A rail that can pay up to {@code lockup}, while the block is below {@code endEpoch}.
   *
   * @param endEpoch empty while nobody terminated it
   */
  record Payable(TokenAmount lockup, Optional<Epoch> endEpoch) implements RailState {}

  /** A rail that can pay nothing now: no lockup is left. A top-up changes that. */
  record Unfunded() implements RailState {}

  /** A rail that can pay nothing any more: it was terminated and its time is over. */
  record Ended(Epoch endEpoch) implements RailState {}

  /** A rail that can pay nothing: the contract does not know it, or it is finalised. */
  record Missing(ContractError error) implements RailState {}

  /**
   * Reads a rail as it is at {@code latest}: a transaction sent now is in the next block at the
   * earliest, which must still be below the end.
   */
  static RailState of(TokenAmount lockup, Optional<Epoch> endEpoch, BlockNumber latest) {
    if (endEpoch.isPresent() && !latest.plus(1).epoch().isBefore(endEpoch.get())) {
      return new Ended(endEpoch.get());
    }
    return lockup.equals(TokenAmount.ZERO) ? new Unfunded() : new Payable(lockup, endEpoch);
  }
}
