package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.settlement.contracts.ContractEvent;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.contracts.Receipt;
import io.filcdn.settlement.model.LedgerTransaction;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** The events that the called contract logged in a transaction of ours, up to the final block. */
@Singleton
final class TransactionEvents {

  private final OperatorContract operator;

  TransactionEvents(OperatorContract operator) {
    this.operator = operator;
  }

  /** The events of {@code transaction}: in the receipt's block, or since it was signed. */
  List<ContractEvent> of(LedgerTransaction transaction, Optional<Receipt> receipt, Head head) {
    Optional<BlockNumber> block = receipt.map(found -> found.inclusion().block());
    return operator
        .at(transaction.operator())
        .events(
            transaction.submission(),
            block.orElse(transaction.signedBlock()),
            block.orElse(head.finalised()))
        .stream()
        .filter(event -> transaction.hashes().contains(event.transaction()))
        .toList();
  }
}
