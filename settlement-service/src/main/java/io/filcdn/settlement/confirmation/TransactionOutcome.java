package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.model.Inclusion;
import java.util.Map;
import java.util.Set;

/** The outcome of an open transaction, as the chain shows it now. */
public sealed interface TransactionOutcome {

  /**
   * A transaction that no block holds while its nonce is free: it waits, or a reorg took it away.
   */
  record Waiting() implements TransactionOutcome {}

  /**
   * A transaction whose nonce is spent, but not yet at a final block, and of which the node has no
   * receipt.
   */
  record Hidden() implements TransactionOutcome {}

  /** A transaction in a block that is not final. */
  record Included(BlockNumber block, boolean succeeded) implements TransactionOutcome {}

  /**
   * A transaction whose effect stands at a final block.
   *
   * @param settled the amounts that moved along rails
   * @param unpaid the data sets of a settlement for which nothing moved, though they owe something
   */
  record Landed(Inclusion inclusion, Map<DataSetId, TokenAmount> settled, Set<DataSetId> unpaid)
      implements TransactionOutcome {}

  /**
   * A settlement in a final block that succeeded and moved nothing at all.
   *
   * @param unpaid what of it still owes something; not empty
   */
  record Idle(Inclusion inclusion, Set<DataSetId> unpaid) implements TransactionOutcome {}

  /**
   * A transaction of which no node tells what became of it: old blocks are asked for, which many
   * nodes do not keep.
   *
   * @param spent whether its nonce is spent at a final block
   */
  record Untold(boolean spent, String message) implements TransactionOutcome {}

  /** A transaction in a final block that did not do what it was to do. */
  record Failed(Inclusion inclusion, String reason) implements TransactionOutcome {}

  /** A transaction whose nonce is spent at a final block, while nothing it was to do was done. */
  record Gone() implements TransactionOutcome {}

  /**
   * A state of the chain that fits none of these: someone has to look, and nothing is concluded.
   */
  record Contradiction(String message) implements TransactionOutcome {}
}
