package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.model.Attempt;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.model.SignedBytes;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Signed bytes. */
@Entity
@Table(name = "attempt")
@SuppressWarnings("NullAway.Init")
class AttemptRow extends PanacheEntityBase {

  @Id String hash;

  @Column(name = "transaction_id")
  long transaction;

  String raw;

  @Column(name = "max_fee_per_gas", precision = 78)
  BigInteger maxFeePerGas;

  @Column(name = "max_priority_fee_per_gas", precision = 78)
  BigInteger maxPriorityFeePerGas;

  @Column(name = "signed_at")
  Instant signedAt;

  int broadcasts;

  @Column(name = "last_broadcast_at")
  @Nullable Instant lastBroadcastAt;

  Attempt toAttempt() {
    return new Attempt(
        new SignedBytes(new TxHash(hash), raw),
        new Fees(new TokenAmount(maxFeePerGas), new TokenAmount(maxPriorityFeePerGas)),
        signedAt,
        broadcasts,
        Optional.ofNullable(lastBroadcastAt));
  }
}
