package io.filcdn.settlement.guard;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.ledger.SignedTransactions;
import io.filcdn.settlement.ledger.Transactions;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.signing.FeePolicy;
import io.filcdn.settlement.signing.SubmissionSigner;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/**
 * The guard of replacements. As with the first bytes, one database transaction locks out all other
 * signers, looks once more whether the transaction still waits, signs, and stores the bytes.
 */
@Singleton
public final class ReplacementGuard {

  private static final Logger LOG = Logger.getLogger(ReplacementGuard.class);

  private final SignedTransactions ledger;
  private final Transactions transactions;
  private final GasBudget gas;
  private final SubmissionSigner signer;

  ReplacementGuard(
      SignedTransactions ledger,
      Transactions transactions,
      GasBudget gas,
      SubmissionSigner signer) {
    this.ledger = ledger;
    this.transactions = transactions;
    this.gas = gas;
    this.signer = signer;
  }

  /**
   * Signs the same call with the same nonce for more gas money, and stores the bytes, if no block
   * has it yet.
   */
  public SigningOutcome replace(LedgerTransaction waiting) {
    return switch (gas.replacement(waiting.newest().fees())) {
      case FeePolicy.Offer.AboveCap(String message) ->
          new SigningOutcome.Refused(
              Alarm.FEE_CEILING,
              "transaction=%s nonce=%s %s".formatted(waiting.id(), waiting.nonce(), message));
      case FeePolicy.Offer.Pays(Fees fees) ->
          QuarkusTransaction.requiringNew().call(() -> replaceLocked(waiting, fees));
    };
  }

  private SigningOutcome replaceLocked(LedgerTransaction waiting, Fees fees) {
    ledger.lockSigning();
    LedgerTransaction now = transactions.find(waiting.id()).orElseThrow();
    if (!now.state().awaitsBlock() || !now.newest().equals(waiting.newest())) {
      return new SigningOutcome.Outdated(
          "transaction=%s expected it to wait as before, found it %s"
              .formatted(now.id(), now.state()));
    }
    SubmissionSigner.Signed signed = signer.again(now, fees);
    ledger.replace(now.id(), signed.bytes(), fees, signed.at());
    LOG.infof(
        "replaced transaction=%s hash=%s by=%s nonce=%s maxFeePerGas=%s",
        now.id(),
        now.newest().signed().hash(),
        signed.bytes().hash(),
        now.nonce(),
        fees.maxFeePerGas());
    return new SigningOutcome.Stored(now.id());
  }
}
