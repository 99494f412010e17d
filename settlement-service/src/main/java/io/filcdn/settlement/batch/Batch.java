package io.filcdn.settlement.batch;

import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.Submission;

/** Work for one transaction, as the contract let it through in a simulation. */
public record Batch(Submission submission, Gas gasLimit) {}
