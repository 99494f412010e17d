package io.filcdn.metrics.audit;

import java.time.Instant;

/**
 * One decision about bytes, money or access that no record of an edge or of the chain explains.
 *
 * @param subject what it is about, such as a journal or a data set
 * @param detail what changed, for a person
 */
public record AuditEntry(Instant at, Action action, String subject, String detail) {

  /** The kind of a decision. */
  public enum Action {
    /** A gap in a journal was taken for lost. */
    GAP_ACCEPTED,
    /** The last records of a journal were found to be lost. */
    TAIL_LOST,
    /** A dead letter was replayed. */
    DEAD_LETTER_REPLAYED,
    /** Odometers were set to what a rebuild counted. */
    REBUILT,
    /**
     * The bytes that a journal still held were set free, as all that it counted has been applied.
     */
    LEASES_DRAINED,
    /** The bytes that a journal still held were set free, as nobody expects them any more. */
    LEASES_WRITTEN_OFF,
    /** An operator corrected what counts as used of a cap. */
    CAP_CORRECTED,
    /** A payer's key was taken back by an operator. */
    KEY_REVOKED,
    /** A payer set policies of his data sets. */
    POLICY_SET,
    /** A service that may ask for credit was made, or given another token. */
    CREDIT_TOKEN_MADE,
    /** A token of a service that asks for credit was taken back. */
    CREDIT_TOKEN_REVOKED,
    /** An operator gave an account credit. */
    CREDIT_GRANTED,
    /** The rest of a grant was taken back. */
    CREDIT_REVOKED,
    /** The rest of a grant was paid back. */
    CREDIT_REFUNDED
  }
}
