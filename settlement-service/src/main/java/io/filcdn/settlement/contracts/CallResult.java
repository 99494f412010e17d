package io.filcdn.settlement.contracts;

import io.filcdn.chain.abi.AbiFunction;
import io.filcdn.chain.abi.AbiValues;
import java.util.Optional;

/** The outcome of a simulated call. */
public sealed interface CallResult {

  /**
   * A call that went through.
   *
   * @param data what the function returned, in hex
   */
  record Returned(String data) implements CallResult {}

  /** A call that the contract refused. */
  record Reverted(ContractError error) implements CallResult {}

  /**
   * The values that {@code function} returned, where a refusal can only mean a wrong contract.
   *
   * @throws NodeException where it is not of the function's form: no such contract lives there
   */
  default AbiValues returned(AbiFunction function) {
    return switch (this) {
      case Returned(String data) ->
          read(function, data)
              .orElseThrow(
                  () ->
                      new NodeException(
                          "expected the results of %s, found \"%.200s\""
                              .formatted(function, data)));
      case Reverted(ContractError error) ->
          throw new NodeException("expected a view to return, found " + error);
    };
  }

  /**
   * The values that {@code function} returned; empty where it refused, or no such contract lives
   * there.
   */
  default Optional<AbiValues> returnedIfAny(AbiFunction function) {
    return this instanceof Returned(String data) ? read(function, data) : Optional.empty();
  }

  private static Optional<AbiValues> read(AbiFunction function, String data) {
    try {
      return function.returned(data);
    } catch (IllegalArgumentException e) {
      throw new NodeException("expected the results of %s: %s".formatted(function, e), e);
    }
  }
}
