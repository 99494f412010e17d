package io.filcdn.settlement.contracts;

/**
 * The failure to get a usable answer: no node answered, or what it answered cannot be used now; to
 * be asked again later.
 */
public final class NodeException extends RuntimeException {

  public NodeException(String message) {
    super(message);
  }

  NodeException(String message, Throwable cause) {
    super(message, cause);
  }
}
