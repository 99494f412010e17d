package io.filcdn.settlement.batch;

import io.filcdn.settlement.contracts.Call;
import io.filcdn.settlement.contracts.CallResult;
import io.filcdn.settlement.contracts.ContractError;
import io.filcdn.settlement.contracts.GasEstimate;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.signing.OperatorKey;
import jakarta.inject.Singleton;

/**
 * The simulation of submissions on the chain's newest block, as calls of the operator's account.
 */
@Singleton
final class ContractSimulator implements Simulator {

  private final Node node;
  private final OperatorContract operator;
  private final OperatorKey key;

  ContractSimulator(Node node, OperatorContract operator, OperatorKey key) {
    this.node = node;
    this.operator = operator;
    this.key = key;
  }

  @Override
  public int size(Submission submission) {
    return OperatorContract.size(submission);
  }

  /**
   * Calls first: nodes tell why a contract refuses a call, and not all do of an estimate. No data
   * set is blamed for an estimate alone, which nodes make on top of what waits for a block.
   *
   * @throws NodeException where the call goes through, and its estimate is refused for a data set
   */
  @Override
  public GasEstimate run(Submission submission) {
    Call call = operator.call(key.address(), submission);
    return switch (node.call(call)) {
      case CallResult.Reverted(ContractError error) -> new GasEstimate.Refused(error);
      case CallResult.Returned _ -> estimate(call);
    };
  }

  private GasEstimate estimate(Call call) {
    GasEstimate estimate = node.estimateGas(call);
    if (estimate instanceof GasEstimate.Refused(ContractError error)
        && error.cause() == ContractError.Cause.DATA_SET) {
      throw new NodeException("expected an estimate of a call that goes through, found: " + error);
    }
    return estimate;
  }
}
