package io.filcdn.settlement.batch;

import io.filcdn.settlement.contracts.CallResult;
import io.filcdn.settlement.ledger.Gas;
import io.filcdn.settlement.ledger.Submission;

/** How the chain would answer to a submission. */
interface Simulator {

  /** How many bytes its arguments are. */
  int size(Submission submission);

  /** What the contract does with it. */
  CallResult call(Submission submission);

  /** How much gas that takes, where the contract lets it through. */
  Gas estimateGas(Submission submission);
}
