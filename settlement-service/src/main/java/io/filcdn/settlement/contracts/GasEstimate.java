package io.filcdn.settlement.contracts;

import io.filcdn.settlement.model.Gas;

/** The outcome of asking what gas a call takes. */
public sealed interface GasEstimate {

  /** The gas that a call takes, which goes through. */
  record Takes(Gas gas) implements GasEstimate {}

  /** A call that is refused. */
  record Refused(ContractError error) implements GasEstimate {}

  /**
   * The gas, where a refusal can only mean a wrong node or contract.
   *
   * @throws NodeException where the call is refused
   */
  default Gas gasTaken() {
    return switch (this) {
      case Takes(Gas gas) -> gas;
      case Refused(ContractError error) ->
          throw new NodeException("expected a call to go through, found " + error);
    };
  }
}
