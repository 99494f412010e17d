package io.filcdn.metrics.policies;

import io.filcdn.service.problem.HttpProblem;

/** A reason that a grant sets no policy. */
public enum PolicyRefusal {
  SIGNATURE_MALFORMED(
      400, "signature-malformed", "expected a signature of 0x and 130 hex digits, found another"),
  DOMAIN_WRONG(
      401,
      "domain-wrong",
      "expected typed data for the name FilCDN and version 1; GET /api/v1/policies/typed-data has"
          + " the domain"),
  CHAIN_WRONG(
      401,
      "chain-wrong",
      "expected typed data for another chainId; GET /api/v1/policies/typed-data has the domain"),
  CONTRACT_WRONG(
      401,
      "contract-wrong",
      "expected typed data for another verifyingContract; GET /api/v1/policies/typed-data has the"
          + " domain"),
  SIGNATURE_WRONG(
      401,
      "signature-wrong",
      "expected the signature of the message's payer over these members in their order, found"
          + " another's"),
  EXPIRY_PAST(
      400, "policy-malformed", "expected expires in the future, found a time that has been"),
  PAYER_UNKNOWN(
      403, "payer-unknown", "expected a wallet that pays for a data set, found one without any"),
  DATA_SET_FOREIGN(
      403,
      "data-set-foreign",
      "expected data sets of this payer that the index tells of, found one that is none"),
  SERIAL_USED(
      409,
      "serial-used",
      "expected a serial above that of each data set's policy; GET /api/v1/policies has them"),
  SERIAL_AHEAD(
      400,
      "serial-ahead",
      "expected a session key's serial up to the time in milliseconds a day from now, found a"
          + " higher one"),
  CHAIN_UNREACHABLE(
      503,
      "chain-unreachable",
      "expected a node to tell whether the payer lets this key sign, found none that does now; try"
          + " again"),
  TOO_MANY(429, "too-many-policies", "too many grants of late");

  @SuppressWarnings("Immutable") // a record of texts
  private final HttpProblem problem;

  PolicyRefusal(int status, String code, String detail) {
    this.problem = HttpProblem.of(status, code, detail);
  }

  /** The answer to a call. */
  public HttpProblem problem() {
    return problem;
  }
}
