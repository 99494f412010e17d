package io.filcdn.metrics.accounts;

import io.filcdn.service.problem.HttpProblem;

/** A reason that nobody is signed in. */
public enum SignInRefusal {
  OFF(503, "sign-in-off", "sign-in is off: the operator has to set filcdn.metrics.accounts.domain"),
  MESSAGE_MALFORMED(400, "message-malformed", "expected a message of EIP-4361, version 1"),
  SIGNATURE_MALFORMED(
      400, "signature-malformed", "expected a signature of 0x and 130 hex digits, found another"),
  DOMAIN_WRONG(401, "domain-wrong", "expected a message for the domain that the nonce came with"),
  CHAIN_WRONG(401, "chain-wrong", "expected a message for the chain id that the nonce came with"),
  NONCE_UNKNOWN(
      401, "nonce-unknown", "expected a nonce of this service that has not ended; ask for another"),
  NONCE_USED(401, "nonce-used", "expected a nonce for this sign-in alone; ask for another"),
  MESSAGE_EXPIRED(401, "message-expired", "the message's Expiration Time is over"),
  MESSAGE_EARLY(401, "message-early", "the message's Issued At or Not Before is still to come"),
  SIGNATURE_WRONG(
      401, "signature-wrong", "expected the signature of the message's address, found another's"),
  PAYER_UNKNOWN(
      403, "payer-unknown", "expected a wallet that pays for a data set, found one without any"),
  CHAIN_UNREACHABLE(
      503,
      "chain-unreachable",
      "expected a node to tell whether this signature is the wallet's, found none that does now;"
          + " try again"),
  TOO_MANY(429, "too-many-sign-ins", "too many sign-ins of late");

  @SuppressWarnings("Immutable") // a record of texts
  private final HttpProblem problem;

  SignInRefusal(int status, String code, String detail) {
    this.problem = HttpProblem.of(status, code, detail);
  }

  /** The answer to a call. */
  public HttpProblem problem() {
    return problem;
  }
}
