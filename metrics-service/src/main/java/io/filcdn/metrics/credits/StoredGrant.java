package io.filcdn.metrics.credits;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.metrics.credits.NewGrant.Payment;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A grant, with all that is kept of it.
 *
 * @param number by which calls name it; larger than those of earlier grants
 * @param madeBy the service that gave it, or {@code operator}
 * @param id that who gave it chose
 * @param remaining what is neither held nor used; of a grant that has ended, what is lost, or was
 *     paid back
 * @param held what reservations hold
 * @param expires absent where it does not end by itself
 * @param ended why it has ended; absent where it has not
 * @param payment that it was bought by
 * @param refundReference of the payment back
 */
@JsonInclude(Include.NON_ABSENT)
public record StoredGrant(
    long number,
    String madeBy,
    String id,
    CreditAccount account,
    CreditKind kind,
    CreditAmount amount,
    CreditAmount remaining,
    CreditAmount held,
    String source,
    int priority,
    Instant created,
    Optional<Instant> expires,
    Optional<GrantEnd> ended,
    Optional<Payment> payment,
    Optional<String> refundReference) {

  BookKey book() {
    return new BookKey(account, kind);
  }

  Grant grant() {
    return new Grant(number, priority, remaining, held, expires, ended);
  }

  /** The grant as it changed. */
  StoredGrant with(Grant changed) {
    return new StoredGrant(
        number,
        madeBy,
        id,
        account,
        kind,
        amount,
        changed.remaining(),
        changed.held(),
        source,
        priority,
        created,
        expires,
        changed.ended(),
        payment,
        refundReference);
  }

  /** True where it is what was asked for. */
  boolean isFor(NewGrant wanted) {
    return book().equals(wanted.book())
        && amount.equals(wanted.amount())
        && source.equals(wanted.source())
        && priority == wanted.priorityOrUsual()
        // as precise as a table has it
        && expires.equals(wanted.expires().map(end -> end.truncatedTo(ChronoUnit.MICROS)))
        && payment.equals(wanted.payment());
  }
}
