package io.filcdn.settlement.signing;

/** A key that cannot be used now: to be tried again later. */
public final class SignerException extends RuntimeException {

  SignerException(String message) {
    super(message);
  }

  SignerException(String message, Throwable cause) {
    super(message, cause);
  }
}
