package io.filcdn.settlement.model;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * The state of a transaction.
 *
 * <pre>
 *          a node took it           a block has it
 *   SIGNED -------------> BROADCAST -------------> INCLUDED
 *     |                     |   ^                   ^  |  |
 *     |                     |   +--- a reorg took --|--+  |
 *     |                     |        it away        |     |
 *     +---------------------|--- a block has it ----+     |
 *     |                     |                             |
 *     +---------------------+-----------------------------+
 *                           | its nonce is spent at a final block
 *              +------------+-------------+
 *              v            v             v
 *            FINAL       REVERTED      DROPPED
 *            done         failed       another took its nonce
 * </pre>
 */
public enum TransactionState {
  /** Its bytes are stored; no node is known to have them. */
  SIGNED,
  /** A node took it. */
  BROADCAST,
  /** A block holds it that is not final yet, or spent its nonce while no node tells what it did. */
  INCLUDED,
  /** Its effect stands at a final block. */
  FINAL,
  /** A final block holds it, and it failed. */
  REVERTED,
  /** Its nonce is spent at a final block, and what it was to do did not happen. */
  DROPPED;

  /** True where it can still change. */
  public boolean isOpen() {
    return switch (this) {
      case SIGNED, BROADCAST, INCLUDED -> true;
      case FINAL, REVERTED, DROPPED -> false;
    };
  }

  /** True where it is still to come into a block. */
  public boolean awaitsBlock() {
    return this == SIGNED || this == BROADCAST;
  }

  /**
   * Reads a state.
   *
   * @throws IllegalArgumentException where the text names none
   */
  public static TransactionState of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
