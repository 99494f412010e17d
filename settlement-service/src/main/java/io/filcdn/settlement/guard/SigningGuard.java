package io.filcdn.settlement.guard;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.ledger.SignedTransactions;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.NewTransaction;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.nonce.Nonces;
import io.filcdn.settlement.signing.FeePolicy;
import io.filcdn.settlement.signing.SubmissionSigner;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The only place where submissions are signed. One database transaction locks out all other
 * signers, looks once more whether the submission still holds, takes the nonce, signs, and stores
 * the bytes. So whatever is ever signed is in the ledger, and nothing is signed twice, however many
 * processes run. Other bytes for the same nonce are {@link ReplacementGuard}'s.
 */
@ApplicationScoped
public class SigningGuard {

  private static final Logger LOG = Logger.getLogger(SigningGuard.class);

  private final SignedTransactions ledger;
  private final SignedSubmissions submissions;
  private final PreSignChecks checks;
  private final Nonces nonces;
  private final Node node;
  private final GasBudget gas;
  private final SubmissionSigner signer;

  SigningGuard(
      SignedTransactions ledger,
      SignedSubmissions submissions,
      PreSignChecks checks,
      Nonces nonces,
      Node node,
      GasBudget gas,
      SubmissionSigner signer) {
    this.ledger = ledger;
    this.submissions = submissions;
    this.checks = checks;
    this.nonces = nonces;
    this.node = node;
    this.gas = gas;
    this.signer = signer;
  }

  /**
   * A submission with what the chain said just before signing.
   *
   * @param gap the nonce to sign with, where that is given
   */
  private record Asked(
      Submission submission,
      Gas gasLimit,
      Fees fees,
      Nonce onChain,
      Head head,
      Optional<Nonce> gap) {}

  /** Signs and stores a submission that was simulated with {@code gasLimit}, if it still holds. */
  public SigningOutcome sign(Submission submission, Gas gasLimit, Head head) {
    return sign(submission, gasLimit, head, Optional.empty());
  }

  /** Signs and stores a transaction that does nothing, if {@code gap} is still missing. */
  public SigningOutcome fill(Nonce gap, Gas gasLimit, Head head) {
    return sign(new Submission.GapFill(), gasLimit, head, Optional.of(gap));
  }

  /**
   * Why a submission does not hold any more, by the tables and by the contract; empty where it
   * does.
   */
  public Optional<String> outdated(Submission submission) {
    return checks.inTables(submission).or(() -> checks.onChain(submission));
  }

  private SigningOutcome sign(Submission submission, Gas gasLimit, Head head, Optional<Nonce> gap) {
    return switch (gas.first()) {
      case FeePolicy.Offer.AboveCap(String message) ->
          new SigningOutcome.Refused(Alarm.FEE_CEILING, message);
      case FeePolicy.Offer.Pays(Fees fees) -> {
        Optional<String> shortage = gas.shortage(fees.atMost(gasLimit));
        Nonce onChain = node.nextNonce(signer.address());
        // looked for after the nonce: what lands later, of a ledger that was lost, spends this one
        Optional<String> landed = checks.onChain(submission);
        if (landed.isPresent()) {
          yield new SigningOutcome.Outdated(landed.get());
        }
        yield shortage.isPresent()
            ? new SigningOutcome.Refused(Alarm.NO_FUNDS, shortage.get())
            : QuarkusTransaction.requiringNew()
                .call(() -> signLocked(new Asked(submission, gasLimit, fees, onChain, head, gap)));
      }
    };
  }

  private SigningOutcome signLocked(Asked asked) {
    ledger.lockSigning();
    Optional<String> outdated = checks.inTables(asked.submission());
    if (outdated.isPresent()) {
      return new SigningOutcome.Outdated(outdated.get());
    }
    if (asked.gap().isPresent()) {
      return fillLocked(asked, asked.gap().get());
    }
    return switch (nonces.next(signer.address(), asked.onChain())) {
      case Nonces.Next.ChainBehind(String message) ->
          new SigningOutcome.Refused(Alarm.NONCE_BEHIND, message);
      case Nonces.Next.TooFarAhead(String message) -> new SigningOutcome.TooFarAhead(message);
      case Nonces.Next.Free(Nonce nonce) -> new SigningOutcome.Stored(store(asked, nonce));
    };
  }

  private SigningOutcome fillLocked(Asked asked, Nonce gap) {
    return nonces.gaps(signer.address(), asked.onChain()).contains(gap)
        ? new SigningOutcome.Stored(store(asked, gap))
        : new SigningOutcome.Outdated(
            "nonce=%s expected to be missing in the ledger".formatted(gap));
  }

  private TransactionId store(Asked asked, Nonce nonce) {
    Submission submission = asked.submission();
    SubmissionSigner.Signed signed = signer.sign(submission, nonce, asked.gasLimit(), asked.fees());
    TransactionId id =
        submissions.store(
            new NewTransaction(
                submission,
                signed.to(),
                signer.address(),
                nonce,
                asked.gasLimit(),
                asked.fees(),
                signed.bytes(),
                signed.at(),
                asked.head().latest()));
    LOG.infof(
        "signed transaction=%s hash=%s activity=%s nonce=%s dataSets=%d",
        id, signed.bytes().hash(), submission.activity(), nonce, submission.size());
    return id;
  }
}
