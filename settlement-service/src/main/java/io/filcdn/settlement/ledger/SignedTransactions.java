package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.service.database.AdvisoryLock;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.model.NewTransaction;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.SignedBytes;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.model.TransactionState;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;

/**
 * The point where transactions enter the ledger: with their nonce and their signed bytes, before
 * these leave the process.
 */
@ApplicationScoped
public class SignedTransactions {

  /** Any number, as long as everyone who signs for this database uses it. */
  private static final AdvisoryLock SIGNING_LOCK = AdvisoryLock.of(0x46696C43444E01L);

  private final Session database;

  SignedTransactions(Session database) {
    this.database = database;
  }

  /**
   * Keeps every other process from signing until the caller's database transaction ends, so that
   * what the caller reads from now on is still true when it commits. The commit is on disk before
   * it returns, also where the database is configured to be hasty: signed bytes leave after it.
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void lockSigning() {
    database
        .createNativeQuery(
            """
            select set_config('synchronous_commit', 'on', true)
            where current_setting('synchronous_commit') in ('off', 'local')
            """,
            String.class)
        .getResultList();
    database.doWork(SIGNING_LOCK::takeIn);
  }

  /**
   * Stores a signed transaction, in the caller's database transaction.
   *
   * @throws jakarta.persistence.PersistenceException where its nonce is taken, or a data set of it
   *     already has one of the same activity in flight
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public TransactionId insert(NewTransaction added) {
    TransactionRow row = new TransactionRow();
    row.activity = added.submission().activity().toString();
    row.state = TransactionState.SIGNED.toString();
    row.operator = added.operator().hex();
    row.sender = added.sender().hex();
    row.nonce = added.nonce().value();
    row.gasLimit = added.gasLimit().units();
    row.signedAt = added.signedAt();
    row.signedBlock = added.signedBlock().value();
    if (added.submission() instanceof Submission.UsageReport report) {
      row.toEpoch = report.toEpoch().value();
    }
    row.persist();
    insertAttempt(row.number(), added.signed(), added.fees(), added.signedAt());
    insertItems(row.number(), added.operator(), added.submission());
    database.flush();
    return new TransactionId(row.number());
  }

  /**
   * Stores other signed bytes for a transaction, in the caller's database transaction. They are the
   * newest from now on.
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void replace(TransactionId id, SignedBytes signed, Fees fees, Instant at) {
    insertAttempt(id.number(), signed, fees, at);
    database.flush();
  }

  private static void insertAttempt(long transaction, SignedBytes signed, Fees fees, Instant at) {
    AttemptRow row = new AttemptRow();
    row.hash = signed.hash().hex();
    row.transaction = transaction;
    row.raw = signed.raw();
    row.maxFeePerGas = fees.maxFeePerGas().units();
    row.maxPriorityFeePerGas = fees.maxPriorityFeePerGas().units();
    row.signedAt = at;
    row.persist();
  }

  private static void insertItems(long transaction, Address operator, Submission submission) {
    switch (submission) {
      case Submission.UsageReport report ->
          report.rollups().forEach(rollup -> insert(transaction, operator, report, rollup));
      case Submission.RailSettlement settlement ->
          settlement.dataSets().forEach(dataSet -> insert(transaction, settlement, dataSet));
      case Submission.Termination termination -> insert(transaction, termination);
      case Submission.GapFill() -> {}
    }
  }

  private static void insert(
      long transaction, Address operator, Submission.UsageReport report, Rollup rollup) {
    RollupRow row = new RollupRow();
    row.key = new ItemKey(transaction, rollup.dataSet().toString());
    row.operator = operator.hex();
    row.toEpoch = report.toEpoch().value();
    row.cdnBytes = rollup.usage().cdnBytes().bytes();
    row.cacheMissBytes = rollup.usage().cacheMissBytes().bytes();
    row.othersCdnBytes = rollup.others().cdnBytes().bytes();
    row.othersCacheMissBytes = rollup.others().cacheMissBytes().bytes();
    row.inFlight = true;
    row.counts = true;
    row.persist();
  }

  private static void insert(
      long transaction, Submission.RailSettlement settlement, DataSetId dataSet) {
    RailPaymentRow row = new RailPaymentRow();
    row.key = new ItemKey(transaction, dataSet.toString());
    row.activity = settlement.activity().toString();
    row.inFlight = true;
    row.persist();
  }

  private static void insert(long transaction, Submission.Termination termination) {
    TerminationRow row = new TerminationRow();
    row.key = new ItemKey(transaction, termination.dataSet().toString());
    row.inFlight = true;
    row.persist();
  }

  /** The highest nonce that was ever signed for. */
  @Transactional
  public Optional<Nonce> highestNonce(Address sender) {
    return TransactionRow.<TransactionRow>find("sender", Sort.descending("nonce"), sender.hex())
        .firstResultOptional()
        .map(row -> new Nonce(row.nonce));
  }

  /**
   * The nonces from {@code next} on and below the highest open one with which nothing was ever
   * signed, lowest first. Those below one that closed are spent, whatever a node says.
   */
  @Transactional
  public List<Nonce> missing(Address sender, Nonce next, int limit) {
    return database
        .createNativeQuery(
            """
            select n from (
              select greatest(:next, max(nonce) filter (where not %1$s) + 1) as first,
                max(nonce) filter (where %1$s) as last
              from chain_transaction where sender = :sender
            ) known, generate_series(known.first, known.last) n
            where not exists (select from chain_transaction t where t.sender = :sender and t.nonce = n)
            order by n limit :limit
            """
                .formatted(Transactions.OPEN),
            Long.class)
        .setParameter("next", next.value())
        .setParameter("sender", sender.hex())
        .setParameter("limit", limit)
        .getResultStream()
        .map(Nonce::new)
        .toList();
  }

  /** True where one of this sender can still change. */
  @Transactional
  public boolean anyOpen(Address sender) {
    return TransactionRow.count("sender = ?1 and " + Transactions.OPEN, sender.hex()) > 0;
  }

  /** The most that open transactions can still cost for gas. */
  @Transactional
  public TokenAmount reserved(Address sender) {
    BigDecimal sum =
        database
            .createNativeQuery(
                """
                select coalesce(sum(t.gas_limit * a.fee), 0) from chain_transaction t join lateral (
                  select max(max_fee_per_gas) as fee from attempt where transaction_id = t.id
                ) a on true
                where t.sender = :sender and t.state in ('signed', 'broadcast')
                """,
                BigDecimal.class)
            .setParameter("sender", sender.hex())
            .getSingleResult();
    return new TokenAmount(sum.toBigIntegerExact());
  }
}
