package io.filcdn.settlement.contracts;

import io.filcdn.settlement.model.Gas;

/** The outcome of asking what gas a call takes. */
public sealed interface GasEstimate {

  /** The gas that a call takes, which goes through. */
  record Takes(Gas gas) implements GasEstimate {}

  /** A call that is refused. */
  record Refused(ContractError error) implements GasEstimate {}
}
