package io.filcdn.settlement.alarm;

import java.util.Locale;

/**
 * A condition that someone should look at. The text is the label of the metric and the field of the
 * log.
 */
public enum Alarm {
  /**
   * Chain id, contracts or controllers are not what the network file says, or the key is not ours.
   */
  CHAIN_MISMATCH,
  /** The contract, the index and our own ledger disagree on what was last reported. */
  EPOCH_MISMATCH,
  /** A data set was set aside. */
  SET_ASIDE,
  /** The contract refuses all data sets alike. */
  RUN_REFUSED,
  /** A node refuses the signed bytes. */
  SEND_REFUSED,
  /** A transaction waits too long for a block. */
  STUCK,
  /** Gas costs more than the caps allow. */
  FEE_CEILING,
  /** The operator's account cannot pay for the gas of a transaction. */
  NO_FUNDS,
  /** The operator's account has little left for gas. */
  LOW_BALANCE,
  /** The remote signer cannot be used. */
  SIGNER_UNAVAILABLE,
  /** Ledger, odometers, index and chain do not agree. */
  RECONCILIATION,
  /** A transaction failed on chain. */
  REVERTED,
  /** A transaction's nonce was spent by another. */
  DROPPED,
  /**
   * The chain shows something about a transaction that fits none of its outcomes, or no node tells
   * its outcome.
   */
  CONTRADICTION,
  /** The chain knows fewer transactions of the operator than the ledger. */
  NONCE_BEHIND,
  /** The chain waits for a nonce that the ledger does not know. */
  NONCE_GAP,
  /** The network file's prices are not the chain's. */
  PRICE_MISMATCH,
  /** A record of a topic could not be read. */
  UNREADABLE_RECORD;

  @Override
  public String toString() {
    return name().replace('_', '-').toLowerCase(Locale.ROOT);
  }
}
