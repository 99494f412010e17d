package io.filcdn.testing.chain;

import java.util.List;

/** A contract's refusal of a transaction, with what it said. Nothing was changed on the chain. */
public final class ContractRevert extends RuntimeException {
  private final String error;
  private final transient List<Object> arguments;
  private final String data;

  ContractRevert(String error, List<Object> arguments, String message, String data) {
    super(message);
    this.error = error;
    this.arguments = arguments;
    this.data = data;
  }

  /**
   * The custom error's name; {@code Error} for a plain message, {@code Panic}, or {@code unknown}.
   */
  public String error() {
    return error;
  }

  /** The error's arguments in order: BigInteger, Boolean, String (addresses in lower case). */
  public List<Object> arguments() {
    return arguments;
  }

  /** The data that the chain returned, in hex: the error's selector and arguments. */
  public String data() {
    return data;
  }
}
