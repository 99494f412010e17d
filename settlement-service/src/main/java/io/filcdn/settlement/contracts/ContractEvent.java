package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.model.Usage;

/** An event that the operator contract logged about a data set. */
public sealed interface ContractEvent {

  TxHash transaction();

  BlockNumber block();

  DataSetId dataSet();

  /** A {@code UsageReported} event. */
  record UsageReported(
      TxHash transaction, BlockNumber block, DataSetId dataSet, Epoch toEpoch, Usage usage)
      implements ContractEvent {}

  /** A {@code CDNSettlement} or {@code CacheMissSettlement} event. */
  record Settled(
      TxHash transaction,
      BlockNumber block,
      DataSetId dataSet,
      QuotaRecord.Kind rail,
      TokenAmount amount)
      implements ContractEvent {}

  /** A {@code PaymentRailsTerminated} event. */
  record Terminated(TxHash transaction, BlockNumber block, DataSetId dataSet)
      implements ContractEvent {}
}
