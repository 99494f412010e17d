package io.filcdn.settlement.guard;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.contracts.Call;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.ledger.SignedTransactions;
import io.filcdn.settlement.ledger.Transactions;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.NewTransaction;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.SignedBytes;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.nonce.Nonces;
import io.filcdn.settlement.setaside.SetAsides;
import io.filcdn.settlement.signing.FeePolicy;
import io.filcdn.settlement.signing.OperatorKey;
import io.filcdn.settlement.signing.UnsignedTransaction;
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

  private final SignedTransactions ledger;
  private final Transactions transactions;
  private final ReportingStates reportingStates;
  private final SetAsides setAsides;
  private final PreSignChecks checks;
  private final Nonces nonces;
  private final Node node;
  private final OperatorContract operator;
  private final FeePolicy feePolicy;
  private final OperatorKey key;
  private final Network network;
  private final Clock clock;

  SigningGuard(
      SignedTransactions ledger,
      Transactions transactions,
      ReportingStates reportingStates,
      SetAsides setAsides,
      PreSignChecks checks,
      Nonces nonces,
      Node node,
      OperatorContract operator,
      FeePolicy feePolicy,
      OperatorKey key,
      Network network,
      Clock clock) {
    this.ledger = ledger;
    this.transactions = transactions;
    this.reportingStates = reportingStates;
    this.setAsides = setAsides;
    this.checks = checks;
    this.nonces = nonces;
    this.node = node;
    this.operator = operator;
    this.feePolicy = feePolicy;
    this.key = key;
    this.network = network;
    this.clock = clock;
  }

  /** The outcome of a submission, or of a replacement. */
  public sealed interface Outcome {

    /** A transaction whose signed bytes are stored. They have not left this process yet. */
    record Stored(TransactionId id) implements Outcome {}

    /** A submission that does not hold any more, and is to be planned anew. Nothing was signed. */
    record Outdated(String reason) implements Outcome {}

    /** A nonce that is too far ahead: the chain has to come closer first. Nothing was signed. */
    record TooFarAhead(String message) implements Outcome {}

    /** A refusal: nothing was signed, and nothing will be until someone has looked. */
    record Refused(Alarm alarm, String message) implements Outcome {}
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
  public Outcome sign(Submission submission, Gas gasLimit, Head head) {
    return sign(submission, gasLimit, head, Optional.empty());
  }

  /** Signs and stores a transaction that does nothing, if {@code gap} is still missing. */
  public Outcome fill(Nonce gap, Gas gasLimit, Head head) {
    return sign(new Submission.GapFill(), gasLimit, head, Optional.of(gap));
  }

  /**
   * Why a submission does not hold any more, by the tables and by the contract; empty where it
   * does.
   */
  public Optional<String> outdated(Submission submission) {
    return checks.inTables(submission).or(() -> checks.onChain(submission));
  }

  private Outcome sign(Submission submission, Gas gasLimit, Head head, Optional<Nonce> gap) {
    return switch (feePolicy.first(node.gasMarket())) {
      case FeePolicy.Offer.AboveCap(String message) ->
          new Outcome.Refused(Alarm.FEE_CEILING, message);
      case FeePolicy.Offer.Pays(Fees fees) -> {
        TokenAmount balance = node.balance(key.address());
        TokenAmount needed = ledger.reserved(key.address()).plus(fees.atMost(gasLimit));
        Nonce onChain = node.nextNonce(key.address());
        // looked for after the nonce: what lands later, of a ledger that was lost, spends this one
        Optional<String> landed = checks.onChain(submission);
        if (landed.isPresent()) {
          yield new Outcome.Outdated(landed.get());
        }
        yield balance.compareTo(needed) < 0
            ? new Outcome.Refused(
                Alarm.NO_FUNDS,
                "expected %s to have %s for gas (what waits for a block included), found %s: send it FIL"
                    .formatted(key.address(), needed, balance))
            : QuarkusTransaction.requiringNew()
                .call(() -> signLocked(new Asked(submission, gasLimit, fees, onChain, head, gap)));
      }
    };
  }

  private Outcome signLocked(Asked asked) {
    ledger.lockSigning();
    Optional<String> outdated = checks.inTables(asked.submission());
    if (outdated.isPresent()) {
      return new Outcome.Outdated(outdated.get());
    }
    if (asked.gap().isPresent()) {
      return fillLocked(asked, asked.gap().get());
    }
    return switch (nonces.next(key.address(), asked.onChain())) {
      case Nonces.Next.ChainBehind(String message) ->
          new Outcome.Refused(Alarm.NONCE_BEHIND, message);
      case Nonces.Next.TooFarAhead(String message) -> new Outcome.TooFarAhead(message);
      case Nonces.Next.Free(Nonce nonce) -> new Outcome.Stored(store(asked, nonce));
    };
  }

  private Outcome fillLocked(Asked asked, Nonce gap) {
    return nonces.gaps(key.address(), asked.onChain()).contains(gap)
        ? new Outcome.Stored(store(asked, gap))
        : new Outcome.Outdated("nonce=%s expected to be missing in the ledger".formatted(gap));
  }

  private TransactionId store(Asked asked, Nonce nonce) {
    Submission submission = asked.submission();
    Call call = operator.call(key.address(), submission);
    SignedBytes signed = sign(call, nonce, asked.gasLimit(), asked.fees());
    TransactionId id =
        ledger.insert(
            new NewTransaction(
                submission,
                call.to(),
                key.address(),
                nonce,
                asked.gasLimit(),
                asked.fees(),
                signed,
                clock.instant(),
                asked.head().latest()));
    // one that was set aside before goes through again
    setAsides.release(submission.activity(), submission.dataSets());
    if (submission instanceof Submission.UsageReport report) {
      reportingStates.noteCovered(report.dataSets());
    }
    LOG.infof(
        "signed transaction=%s hash=%s activity=%s nonce=%s dataSets=%d",
        id, signed.hash(), submission.activity(), nonce, submission.size());
    return id;
  }

  /**
   * Signs the same call with the same nonce for more gas money, and stores the bytes, if no block
   * has it yet.
   */
  public Outcome replace(LedgerTransaction waiting) {
    return switch (feePolicy.replacement(waiting.newest().fees(), node.gasMarket())) {
      case FeePolicy.Offer.AboveCap(String message) ->
          new Outcome.Refused(
              Alarm.FEE_CEILING,
              "transaction=%s nonce=%s %s".formatted(waiting.id(), waiting.nonce(), message));
      case FeePolicy.Offer.Pays(Fees fees) ->
          QuarkusTransaction.requiringNew().call(() -> replaceLocked(waiting, fees));
    };
  }

  private Outcome replaceLocked(LedgerTransaction waiting, Fees fees) {
    ledger.lockSigning();
    LedgerTransaction now = transactions.find(waiting.id()).orElseThrow();
    if (!now.state().awaitsBlock() || !now.newest().equals(waiting.newest())) {
      return new Outcome.Outdated(
          "transaction=%s expected it to wait as before, found it %s"
              .formatted(now.id(), now.state()));
    }
    Call call = operator.call(now.sender(), now.submission());
    SignedBytes signed = sign(call, now.nonce(), now.gasLimit(), fees);
    ledger.replace(now.id(), signed, fees, clock.instant());
    LOG.infof(
        "replaced transaction=%s hash=%s by=%s nonce=%s maxFeePerGas=%s",
        now.id(), now.newest().signed().hash(), signed.hash(), now.nonce(), fees.maxFeePerGas());
    return new Outcome.Stored(now.id());
  }

  private SignedBytes sign(Call call, Nonce nonce, Gas gasLimit, Fees fees) {
    return key.sign(
        new UnsignedTransaction(network.chainId(), nonce, gasLimit, fees, call.to(), call.data()));
  }
}
