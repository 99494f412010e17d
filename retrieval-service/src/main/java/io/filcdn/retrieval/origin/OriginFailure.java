package io.filcdn.retrieval.origin;

/**
 * Why a provider did not deliver.
 *
 * @param kind what the edge makes of it
 * @param detail for the log: what was expected, and what was found
 */
public record OriginFailure(Kind kind, String detail) {

  /** What kind of failure. */
  public enum Kind {
    /** Its URL may not be contacted, or cannot be. */
    UNUSABLE,
    /** It says that it does not have the piece. */
    NOT_FOUND,
    /** It did not answer, or stopped sending, for too long. */
    TIMEOUT,
    /** It answered with an error, or the connection broke. */
    FAILED
  }
}
