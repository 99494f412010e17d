package io.filcdn.metrics.accounts;

import io.filcdn.service.problem.HttpProblem;

/** A reason that a key is not made or changed. */
public enum KeyRefusal {
  EXPIRY_PAST(400, "key-malformed", "expected expires in the future, found a time that has been"),
  KEY_UNKNOWN(404, "key-unknown", "expected the id of a key of this payer, found another"),
  NAME_TAKEN(
      409,
      "name-taken",
      "another key of this payer has the name; rotate that one, revoke it, or take another name"),
  KEY_ENDED(409, "key-ended", "the key has expired or was revoked; make another"),
  TOO_MANY_SECRETS(
      409,
      "too-many-secrets",
      "four secrets of the key are good; wait until one of them has ended"),
  TOO_MANY_KEYS(
      409,
      "too-many-keys",
      "the payer has as many keys as a payer can have, those included that ended of late");

  @SuppressWarnings("Immutable") // a record of texts
  private final HttpProblem problem;

  KeyRefusal(int status, String code, String detail) {
    this.problem = HttpProblem.of(status, code, detail);
  }

  /** The answer to a call. */
  public HttpProblem problem() {
    return problem;
  }
}
