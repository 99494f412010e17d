package io.filcdn.metrics.credits;

import io.filcdn.service.problem.HttpProblem;

/** A reason that nothing was done about credit. */
public enum CreditRefusal {
  CREDIT_SHORT(402, "credit-short", "the account has less available than the amount"),
  SCOPE_MISSING(403, "scope-missing", "the service's token has no scope for this kind"),
  ACCOUNT_FOREIGN(
      403, "account-foreign", "a payer can look at his own account only, which is his address"),
  ID_TAKEN(409, "id-taken", "the id names something else of this service; take another"),
  RESERVATION_UNKNOWN(404, "reservation-unknown", "the service has no reservation of this id"),
  RESERVATION_TIMED_OUT(
      409, "reservation-timed-out", "its time was over, and what it held came back; reserve anew"),
  RESERVATION_CLOSED(
      409, "reservation-closed", "it was committed or voided otherwise; the first word counts"),
  AMOUNT_EXCEEDED(409, "amount-exceeded", "the amount is more than was reserved"),
  AMOUNT_OUTDATED(
      409, "amount-outdated", "the amount is a sum, and a larger one was committed before"),
  GRANT_UNKNOWN(404, "grant-unknown", "there is no grant of this number"),
  GRANT_ENDED(409, "grant-ended", "the grant has expired, or was revoked or refunded"),
  GRANT_SPENT(409, "grant-spent", "nothing of the grant is unspent"),
  GRANT_HELD(
      409,
      "grant-held",
      "reservations hold a part of the grant; revoke it, and refund it when they are closed"),
  EXPIRY_PAST(400, "grant-malformed", "expected expires in the future, found a time that has been"),
  PAYMENT_TAKEN(409, "payment-taken", "another grant was given for this payment"),
  TOO_MANY_GRANTS(
      409, "too-many-grants", "the account has 1000 grants of this kind that are not spent");

  @SuppressWarnings("Immutable") // a record of texts
  private final HttpProblem problem;

  CreditRefusal(int status, String code, String detail) {
    this.problem = HttpProblem.of(status, code, detail);
  }

  /** The answer to a call; of one operation among many, its code and detail. */
  public HttpProblem problem() {
    return problem;
  }
}
