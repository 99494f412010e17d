package io.filcdn.settlement.batch;

import io.filcdn.settlement.contracts.CallResult;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.Submission;

/** A simulator of how the chain would answer to a submission. */
interface Simulator {

  /** The size of the submission's arguments, in bytes. */
  int size(Submission submission);

  /** The answer of the contract to the submission. */
  CallResult call(Submission submission);

  /** The gas that the submission takes, where the contract lets it through. */
  Gas estimateGas(Submission submission);
}
