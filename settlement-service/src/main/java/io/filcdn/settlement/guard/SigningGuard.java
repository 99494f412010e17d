package io.filcdn.settlement.guard;

import io.filcdn.common.network.Network;
import io.filcdn.settlement.contracts.Call;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.ledger.Fees;
import io.filcdn.settlement.ledger.Gas;
import io.filcdn.settlement.ledger.NewTransaction;
import io.filcdn.settlement.ledger.Nonce;
import io.filcdn.settlement.ledger.SetAsides;
import io.filcdn.settlement.ledger.SignedBytes;
import io.filcdn.settlement.ledger.Standings;
import io.filcdn.settlement.ledger.Submission;
import io.filcdn.settlement.ledger.TransactionId;
import io.filcdn.settlement.ledger.Transactions;
import io.filcdn.settlement.nonce.Nonces;
import io.filcdn.settlement.signing.OperatorKey;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The only place where the key is used. One database transaction locks out all other signers, looks
 * once more whether the submission still holds, takes the nonce, signs, and stores the bytes. So
 * whatever is ever signed is in the ledger, and nothing is signed twice, however many processes
 * run.
 */
@ApplicationScoped
public class SigningGuard {

  private static final Logger LOG = Logger.getLogger(SigningGuard.class);

  private final Transactions transactions;
  private final Standings standings;
  private final SetAsides setAsides;
  private final Objections objections;
  private final Nonces nonces;
  private final Node node;
  private final OperatorContract operator;
  private final OperatorKey key;
  private final Network network;
  private final Clock clock;

  SigningGuard(
      Transactions transactions,
      Standings standings,
      SetAsides setAsides,
      Objections objections,
      Nonces nonces,
      Node node,
      OperatorContract operator,
      OperatorKey key,
      Network network,
      Clock clock) {
    this.transactions = transactions;
    this.standings = standings;
    this.setAsides = setAsides;
    this.objections = objections;
    this.nonces = nonces;
    this.node = node;
    this.operator = operator;
    this.key = key;
    this.network = network;
    this.clock = clock;
  }

  /** What came of a submission. */
  public sealed interface Outcome {

    /** Its signed bytes are stored. They have not left this process yet. */
    record Stored(TransactionId id) implements Outcome {}

    /** It does not hold any more, and is to be planned anew. Nothing was signed. */
    record Outdated(String objection) implements Outcome {}

    /** There is no nonce to sign with now. Nothing was signed. */
    record NoNonce(String message) implements Outcome {}
  }

  /** Signs and stores a submission that was simulated with {@code gasLimit}, if it still holds. */
  public Outcome sign(Submission submission, Gas gasLimit, Head head) {
    Fees fees = node.fees();
    Nonce onChain = node.nextNonce(key.address());
    return QuarkusTransaction.requiringNew()
        .call(() -> signLocked(submission, gasLimit, fees, onChain, head));
  }

  private Outcome signLocked(
      Submission submission, Gas gasLimit, Fees fees, Nonce onChain, Head head) {
    transactions.lockSigning();
    Optional<String> objection = objections.against(submission);
    if (objection.isPresent()) {
      return new Outcome.Outdated(objection.get());
    }
    return switch (nonces.next(key.address(), onChain)) {
      case Nonces.Next.ChainBehind(String message) -> new Outcome.NoNonce(message);
      case Nonces.Next.Free(Nonce nonce) -> {
        Call call = operator.call(key.address(), submission);
        SignedBytes signed =
            key.sign(network.chainId(), nonce, gasLimit, fees, call.to(), call.data());
        TransactionId id =
            transactions.insert(
                new NewTransaction(
                    submission,
                    key.address(),
                    nonce,
                    gasLimit,
                    fees,
                    signed,
                    clock.instant(),
                    head.latest()));
        noteSigned(submission);
        LOG.infof(
            "signed transaction=%s hash=%s activity=%s nonce=%s dataSets=%d",
            id, signed.hash(), submission.activity(), nonce, submission.size());
        yield new Outcome.Stored(id);
      }
    };
  }

  private void noteSigned(Submission submission) {
    // one that was set aside before goes through again
    setAsides.release(submission.activity(), submission.dataSets());
    if (submission instanceof Submission.UsageReport report) {
      standings.noteCovered(report.dataSets());
    }
  }
}
