package io.filcdn.settlement.ledger;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A transaction without its attempts and items. */
@Entity
@Table(name = "chain_transaction")
@SuppressWarnings("NullAway.Init")
class TransactionRow extends PanacheEntityBase {

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Nullable Long id;

  String activity;

  String state;

  String operator;

  String sender;

  long nonce;

  @Column(name = "to_epoch")
  @Nullable Long toEpoch;

  @Column(name = "gas_limit")
  long gasLimit;

  @Column(name = "signed_at")
  Instant signedAt;

  @Column(name = "signed_block")
  long signedBlock;

  @Column(name = "included_block")
  @Nullable Long includedBlock;

  @Column(name = "closed_at")
  @Nullable Instant closedAt;

  @Column(name = "landed_hash")
  @Nullable String landedHash;

  @Column(name = "fee_paid", precision = 78)
  @Nullable BigInteger feePaid;

  @Nullable String error;

  long number() {
    return Objects.requireNonNull(id, "the row is not stored yet");
  }
}
