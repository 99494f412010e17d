package io.filcdn.metrics.identity;

/** The reason that something is not taken for an edge's word; also a label of metrics. */
public enum AuthenticationFailure {
  /** It carries no signature. */
  UNSIGNED("unsigned", "a signature of the edge that it names, found none"),
  /** The list of edges does not have its edge. */
  UNKNOWN_EDGE("unknown-edge", "an edge of the operator's list, found another"),
  /** A key of its edge signed it that is revoked, or before or after its time. */
  KEY_NOT_VALID(
      "key-not-valid", "a key that is good now, found one that is revoked or out of time"),
  /** No key of its edge signed these bytes. */
  BAD_SIGNATURE("bad-signature", "a signature by a key of the edge that it names, found another"),
  /** Its journal was opened by another edge. */
  FOREIGN_JOURNAL("foreign-journal", "a journal of the edge that it names, found another edge's");

  private final String code;
  private final String expected;

  AuthenticationFailure(String code, String expected) {
    this.code = code;
    this.expected = expected;
  }

  /** As dead letters and metrics name it. */
  public String code() {
    return code;
  }

  /** The message that says what was expected and what was found. */
  public String message() {
    return "expected " + expected;
  }
}
