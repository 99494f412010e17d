package io.filcdn.settlement.confirmation;

import io.filcdn.settlement.contracts.CallResult;
import io.filcdn.settlement.contracts.ContractError;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.model.LedgerTransaction;
import jakarta.inject.Singleton;

/** The reason why a transaction failed, found by simulating its call once more. */
@Singleton
final class FailureReasons {

  private final Node node;
  private final OperatorContract operator;

  FailureReasons(Node node, OperatorContract operator) {
    this.node = node;
    this.operator = operator;
  }

  /** Why {@code transaction} failed, as far as can still be told. */
  String of(LedgerTransaction transaction) {
    OperatorContract called = operator.at(transaction.operator());
    return switch (node.call(called.call(transaction.sender(), transaction.submission()))) {
      case CallResult.Reverted(ContractError error) -> error.text();
      case CallResult.Returned _ ->
          "its receipt says that it failed, but the same call goes through now";
    };
  }
}
