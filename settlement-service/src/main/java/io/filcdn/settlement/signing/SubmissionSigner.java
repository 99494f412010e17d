package io.filcdn.settlement.signing;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.settlement.contracts.Call;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.SignedBytes;
import io.filcdn.settlement.model.Submission;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;

/** The signer of submissions as calls of the operator contract. */
@Singleton
public final class SubmissionSigner {

  private final OperatorContract operator;
  private final OperatorKey key;
  private final Network network;
  private final Clock clock;

  SubmissionSigner(OperatorContract operator, OperatorKey key, Network network, Clock clock) {
    this.operator = operator;
    this.key = key;
    this.network = network;
    this.clock = clock;
  }

  /**
   * A signed call.
   *
   * @param to the called address
   * @param at when it was signed
   */
  public record Signed(Address to, SignedBytes bytes, Instant at) {}

  /** The address of the operator's key. */
  public Address address() {
    return key.address();
  }

  /** Signs a submission to the operator contract in office. */
  public Signed sign(Submission submission, Nonce nonce, Gas gasLimit, Fees fees) {
    return sign(operator.call(address(), submission), nonce, gasLimit, fees);
  }

  /** Signs the same call of the same contract with the same nonce once more, for other fees. */
  public Signed again(LedgerTransaction transaction, Fees fees) {
    Call call =
        operator.at(transaction.operator()).call(transaction.sender(), transaction.submission());
    return sign(call, transaction.nonce(), transaction.gasLimit(), fees);
  }

  private Signed sign(Call call, Nonce nonce, Gas gasLimit, Fees fees) {
    SignedBytes bytes =
        key.sign(
            new UnsignedTransaction(
                network.chainId(), nonce, gasLimit, fees, call.to(), call.data()));
    return new Signed(call.to(), bytes, clock.instant());
  }
}
