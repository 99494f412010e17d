package io.filcdn.settlement.batch;

import io.filcdn.settlement.ledger.Gas;
import io.filcdn.settlement.ledger.Submission;

/** Work for one transaction, as the contract let it through in a simulation. */
public record Batch(Submission submission, Gas gasLimit) {}
