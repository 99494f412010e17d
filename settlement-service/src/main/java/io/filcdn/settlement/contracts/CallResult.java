package io.filcdn.settlement.contracts;

/** What a simulated call came to. */
public sealed interface CallResult {

  /**
   * It went through.
   *
   * @param data what the function returned, in hex
   */
  record Returned(String data) implements CallResult {}

  /** The contract refused. */
  record Reverted(ContractError error) implements CallResult {}

  /** What it returned, where a refusal can only mean a wrong contract. */
  default String returned() {
    return switch (this) {
      case Returned(String data) -> data;
      case Reverted(ContractError error) ->
          throw new NodeException("expected a view to return, found " + error);
    };
  }
}
