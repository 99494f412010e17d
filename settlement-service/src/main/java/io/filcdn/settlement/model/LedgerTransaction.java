package io.filcdn.settlement.model;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A transaction of the operator: one nonce with one purpose.
 *
 * @param operator the operator contract that it calls, which was in office when it was signed; the
 *     sender where it only spends a nonce
 * @param signedBlock the head when it was signed: no event of it can be in an earlier block
 * @param includedBlock the block that was last seen to hold it
 * @param closedAt when it became final, reverted or dropped
 * @param landed the transaction that did it; one of another's where that was as good
 * @param feePaid what it cost, where a receipt told
 * @param error why it failed
 * @param attempts the signed bytes for it, oldest first; at least one
 * @param settled what it moved along the rails; empty before it is final, and for reports
 */
public record LedgerTransaction(
    TransactionId id,
    TransactionState state,
    Address operator,
    Address sender,
    Nonce nonce,
    Submission submission,
    Gas gasLimit,
    Instant signedAt,
    BlockNumber signedBlock,
    Optional<BlockNumber> includedBlock,
    Optional<Instant> closedAt,
    Optional<TxHash> landed,
    Optional<TokenAmount> feePaid,
    Optional<String> error,
    List<Attempt> attempts,
    Map<DataSetId, TokenAmount> settled) {

  public LedgerTransaction {
    attempts = List.copyOf(attempts);
    settled = Map.copyOf(settled);
  }

  /** The newest signed bytes. */
  public Attempt newest() {
    return attempts.getLast();
  }

  /** The hashes under which it can be in a block. */
  public List<TxHash> hashes() {
    return attempts.stream().map(attempt -> attempt.signed().hash()).toList();
  }
}
