package io.filcdn.common.usage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import java.time.Instant;
import java.util.Optional;

/** An action of settlement for a data set, on {@code filcdn.settlement}; told once it is final. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SettlementRecord.Reported.class, name = "reported"),
  @JsonSubTypes.Type(value = SettlementRecord.Settled.class, name = "settled"),
  @JsonSubTypes.Type(value = SettlementRecord.Failed.class, name = "failed"),
  @JsonSubTypes.Type(value = SettlementRecord.Terminated.class, name = "terminated")
})
public sealed interface SettlementRecord {

  DataSetId dataSet();

  Instant at();

  /**
   * Usage that stands on chain.
   *
   * @param toEpoch the rollup's end, which also names it
   */
  record Reported(
      DataSetId dataSet,
      Instant at,
      TxHash txHash,
      Epoch toEpoch,
      ByteCount cdnBytes,
      ByteCount cacheMissBytes)
      implements SettlementRecord {
    public Reported {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(at, "at is missing");
      requireNonNull(txHash, "txHash is missing");
      requireNonNull(toEpoch, "toEpoch is missing");
      requireNonNull(cdnBytes, "cdnBytes is missing");
      requireNonNull(cacheMissBytes, "cacheMissBytes is missing");
    }
  }

  /**
   * Money that moved along a rail.
   *
   * @param amount what the payer paid, before the network's fee
   */
  record Settled(
      DataSetId dataSet, Instant at, TxHash txHash, QuotaRecord.Kind rail, TokenAmount amount)
      implements SettlementRecord {
    public Settled {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(at, "at is missing");
      requireNonNull(txHash, "txHash is missing");
      requireNonNull(rail, "rail is missing");
      requireNonNull(amount, "amount is missing");
    }
  }

  /**
   * The data set was set aside.
   *
   * @param reason a stable code
   * @param message what happened, for a person
   */
  record Failed(
      DataSetId dataSet, Instant at, Optional<TxHash> txHash, String reason, String message)
      implements SettlementRecord {
    public Failed {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(at, "at is missing");
      requireNonNull(reason, "reason is missing");
      requireNonNull(message, "message is missing");
    }
  }

  /** The CDN's rails of the data set were terminated. */
  record Terminated(DataSetId dataSet, Instant at, TxHash txHash) implements SettlementRecord {
    public Terminated {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(at, "at is missing");
      requireNonNull(txHash, "txHash is missing");
    }
  }
}
