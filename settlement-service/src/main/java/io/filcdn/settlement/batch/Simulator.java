package io.filcdn.settlement.batch;

import io.filcdn.settlement.contracts.GasEstimate;
import io.filcdn.settlement.model.Submission;

/** A simulator of how the chain would answer to a submission. */
interface Simulator {

  /** The size of the submission's arguments, in bytes. */
  int size(Submission submission);

  /** The gas that the submission takes, or why it does not go through. */
  GasEstimate run(Submission submission);
}
