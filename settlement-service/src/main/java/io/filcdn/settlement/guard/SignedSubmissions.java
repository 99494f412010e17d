package io.filcdn.settlement.guard;

import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.ledger.SignedTransactions;
import io.filcdn.settlement.model.NewTransaction;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.setaside.SetAsides;
import jakarta.inject.Singleton;

/** The storing of signed submissions, with all that follows for their data sets. */
@Singleton
final class SignedSubmissions {

  private final SignedTransactions ledger;
  private final SetAsides setAsides;
  private final ReportingStates reportingStates;

  SignedSubmissions(
      SignedTransactions ledger, SetAsides setAsides, ReportingStates reportingStates) {
    this.ledger = ledger;
    this.setAsides = setAsides;
    this.reportingStates = reportingStates;
  }

  /** Stores a transaction, in the caller's database transaction. */
  TransactionId store(NewTransaction transaction) {
    TransactionId id = ledger.insert(transaction);
    Submission submission = transaction.submission();
    // one that was set aside before goes through again
    setAsides.release(submission.activity(), submission.dataSets());
    if (submission instanceof Submission.UsageReport report) {
      reportingStates.noteCovered(report.dataSets());
    }
    return id;
  }
}
