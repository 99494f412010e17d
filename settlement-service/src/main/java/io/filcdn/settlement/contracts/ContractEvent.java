package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.ledger.Usage;

/** What the operator contract logged about a data set. */
public sealed interface ContractEvent {

  TxHash transaction();

  BlockNumber block();

  DataSetId dataSet();

  /** {@code UsageReported}. */
  record UsageReported(
      TxHash transaction, BlockNumber block, DataSetId dataSet, Epoch toEpoch, Usage usage)
      implements ContractEvent {}

  /** {@code CDNSettlement} or {@code CacheMissSettlement}. */
  record Settled(
      TxHash transaction,
      BlockNumber block,
      DataSetId dataSet,
      QuotaRecord.Kind rail,
      TokenAmount amount)
      implements ContractEvent {}

  /** {@code PaymentRailsTerminated}. */
  record Terminated(TxHash transaction, BlockNumber block, DataSetId dataSet)
      implements ContractEvent {}
}
