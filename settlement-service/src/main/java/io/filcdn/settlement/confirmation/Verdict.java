package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.ledger.Inclusion;
import java.util.Map;
import java.util.Set;

/** What the chain says about an open transaction now. */
public sealed interface Verdict {

  /** No block holds it, and its nonce is free: it waits, or a reorg took it away. */
  record Waiting() implements Verdict {}

  /** Its nonce is spent, but not yet at a final block, and the node has no receipt of it. */
  record Hidden() implements Verdict {}

  /** A block that is not final holds it. */
  record Included(BlockNumber block, boolean succeeded) implements Verdict {}

  /**
   * What it was to do stands at a final block.
   *
   * @param settled the amounts that moved along rails
   * @param unpaid the data sets of a settlement for which nothing moved, though they owe something
   */
  record Landed(Inclusion inclusion, Map<DataSetId, TokenAmount> settled, Set<DataSetId> unpaid)
      implements Verdict {}

  /**
   * A final block holds a settlement that succeeded and moved nothing at all.
   *
   * @param unpaid what of it still owes something; not empty
   */
  record Idle(Inclusion inclusion, Set<DataSetId> unpaid) implements Verdict {}

  /** A final block holds it, and what it was to do was not done. */
  record Failed(Inclusion inclusion, String reason) implements Verdict {}

  /** Its nonce is spent at a final block, and nothing it was to do was done. */
  record Gone() implements Verdict {}

  /** What the chain shows fits none of these: someone has to look, and nothing is concluded. */
  record Contradiction(String message) implements Verdict {}
}
