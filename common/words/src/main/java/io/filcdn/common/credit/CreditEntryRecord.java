package io.filcdn.common.credit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.time.Instant;
import java.util.Optional;

/**
 * An entry of the ledger of credit, on {@code filcdn.credits.ledger}: an amount that left one pot
 * of an account's for another. Entries are never changed; the sum of what entered a pot, less what
 * left it, is what is in it.
 *
 * @param entry its number, which grows along the entries of an account and kind, with gaps
 * @param debit the pot that it left
 * @param credit the pot that it entered
 * @param amount above 0
 * @param grant the number of the grant whose credit it is; absent where it is paid on chain
 * @param reservation absent where none is the cause
 */
@JsonInclude(Include.NON_ABSENT)
public record CreditEntryRecord(
    long entry,
    CreditAccount account,
    CreditKind kind,
    CreditPot debit,
    CreditPot credit,
    CreditAmount amount,
    CreditCause cause,
    Optional<Long> grant,
    Optional<ReservationName> reservation,
    Instant at) {

  public CreditEntryRecord {
    requireNonNull(account, "account is missing");
    requireNonNull(kind, "kind is missing");
    requireNonNull(debit, "debit is missing");
    requireNonNull(credit, "credit is missing");
    requireNonNull(amount, "amount is missing");
    requireNonNull(cause, "cause is missing");
    requireNonNull(at, "at is missing");
    if (debit == credit || amount.isZero()) {
      throw new IllegalArgumentException(
          "expected an amount above 0 between two pots, found %s from %s to %s"
              .formatted(amount, debit, credit));
    }
  }

  /**
   * The name of a reservation.
   *
   * @param service that made it
   * @param id that the service gave it
   */
  public record ReservationName(String service, String id) {

    public ReservationName {
      requireNonNull(service, "service is missing");
      requireNonNull(id, "id is missing");
    }
  }

  /** The record's key on its topic. */
  public String key() {
    return account.toString();
  }
}
