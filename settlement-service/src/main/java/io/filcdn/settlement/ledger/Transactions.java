package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * Every transaction that the operator's key signed, and what became of it. A row is written before
 * its bytes leave the process, and none is ever deleted.
 */
@ApplicationScoped
public class Transactions {

  /** Any number, as long as everyone who signs for this database uses it. */
  private static final long SIGNING_LOCK = 0x46696C43444E01L;

  private static final String OPEN = "state in ('signed', 'broadcast', 'included')";

  private final Session database;
  private final TransactionReader reader;

  Transactions(Session database, TransactionReader reader) {
    this.database = database;
    this.reader = reader;
  }

  /**
   * Keeps every other process from signing until the caller's database transaction ends, so that
   * what the caller reads from now on is still true when it commits.
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void lockSigning() {
    database
        .createNativeQuery("select pg_advisory_xact_lock(:key)", Object.class)
        .setParameter("key", SIGNING_LOCK)
        .getResultList();
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
    row.sender = added.sender().hex();
    row.nonce = added.nonce().value();
    row.gasLimit = added.gasLimit().units();
    row.signedAt = added.signedAt();
    row.signedBlock = added.signedBlock().value();
    if (added.submission() instanceof Submission.UsageReport report) {
      row.toEpoch = report.toEpoch().value();
    }
    row.persist();
    insertAttempt(row.number(), added);
    insertItems(row.number(), added.submission());
    database.flush();
    return new TransactionId(row.number());
  }

  private static void insertAttempt(long transaction, NewTransaction added) {
    AttemptRow row = new AttemptRow();
    row.hash = added.signed().hash().hex();
    row.transaction = transaction;
    row.raw = added.signed().raw();
    row.maxFeePerGas = added.fees().maxFeePerGas().units();
    row.maxPriorityFeePerGas = added.fees().maxPriorityFeePerGas().units();
    row.signedAt = added.signedAt();
    row.persist();
  }

  private static void insertItems(long transaction, Submission submission) {
    switch (submission) {
      case Submission.UsageReport report ->
          report.rollups().forEach(rollup -> insert(transaction, report, rollup));
      case Submission.RailSettlement settlement ->
          settlement.dataSets().forEach(dataSet -> insert(transaction, settlement, dataSet));
    }
  }

  private static void insert(long transaction, Submission.UsageReport report, Rollup rollup) {
    RollupRow row = new RollupRow();
    row.key = new ItemKey(transaction, rollup.dataSet().toString());
    row.toEpoch = report.toEpoch().value();
    row.cdnBytes = rollup.usage().cdnBytes().bytes();
    row.cacheMissBytes = rollup.usage().cacheMissBytes().bytes();
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

  /** Those that can still change, in the order of their nonces. */
  @Transactional
  public List<LedgerTransaction> open() {
    return reader.read(TransactionRow.list(OPEN, Sort.by("nonce")));
  }

  /** Those of any state, newest first. */
  @Transactional
  public List<LedgerTransaction> page(Optional<TransactionId> before, int limit) {
    return reader.read(
        TransactionRow.find(
                "id < ?1",
                Sort.descending("id"),
                before.map(TransactionId::number).orElse(Long.MAX_VALUE))
            .page(0, limit)
            .list());
  }

  /** How many are in {@code state}. */
  @Transactional
  public long count(TransactionState state) {
    return TransactionRow.count("state", state.toString());
  }

  /** The highest nonce that was ever signed for. */
  @Transactional
  public Optional<Nonce> highestNonce(Address sender) {
    return TransactionRow.<TransactionRow>find("sender", Sort.descending("nonce"), sender.hex())
        .firstResultOptional()
        .map(row -> new Nonce(row.nonce));
  }

  /** Whether one of this sender can still change. */
  @Transactional
  public boolean anyOpen(Address sender) {
    return TransactionRow.count("sender = ?1 and " + OPEN, sender.hex()) > 0;
  }

  /** When one of this activity was last signed. */
  @Transactional
  public Optional<Instant> lastSigned(Activity activity) {
    return TransactionRow.<TransactionRow>find(
            "activity", Sort.descending("id"), activity.toString())
        .firstResultOptional()
        .map(row -> row.signedAt);
  }

  /** Notes that a node has the bytes. */
  @Transactional
  public void sent(TxHash hash, Instant at) {
    AttemptRow attempt = found(AttemptRow.findById(hash.hex()), hash);
    attempt.broadcasts++;
    attempt.lastBroadcastAt = at;
    TransactionRow row = row(new TransactionId(attempt.transaction));
    if (row.state.equals(TransactionState.SIGNED.toString())) {
      row.state = TransactionState.BROADCAST.toString();
    }
    row.error = null;
  }

  /** Notes why no node takes the bytes; they stay to be sent. */
  @Transactional
  public void refused(TxHash hash, String message, Instant at) {
    AttemptRow attempt = found(AttemptRow.findById(hash.hex()), hash);
    attempt.lastBroadcastAt = at;
    row(new TransactionId(attempt.transaction)).error = message;
  }

  /**
   * Notes that a block holds it; where that is deep enough, its data sets' next items may follow.
   */
  @Transactional
  public void included(TransactionId id, BlockNumber block, boolean deepEnough) {
    TransactionRow row = row(id);
    row.state = TransactionState.INCLUDED.toString();
    row.includedBlock = block.value();
    if (deepEnough) {
      endFlight(id);
    }
  }

  /** Notes that no block holds it any more, so that it is sent again at once. */
  @Transactional
  public void backToBroadcast(TransactionId id) {
    TransactionRow row = row(id);
    row.state = TransactionState.BROADCAST.toString();
    row.includedBlock = null;
    AttemptRow.update("lastBroadcastAt = null where transaction = ?1", id.number());
  }

  /** Closes a report that stands on chain, or a settlement with what it moved. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void finalised(
      TransactionId id, BlockNumber block, Map<DataSetId, TokenAmount> settled, Instant at) {
    close(id, TransactionState.FINAL, Optional.of(block), null, at);
    endFlight(id);
    settled.forEach(
        (dataSet, amount) ->
            RailPaymentRow.update(
                "amount = ?1 where key = ?2",
                amount.units(),
                new ItemKey(id.number(), dataSet.toString())));
  }

  /**
   * Closes one that failed or was dropped: its bytes do not count any more, so that they are due
   * again.
   */
  @Transactional
  public void undone(
      TransactionId id,
      TransactionState state,
      Optional<BlockNumber> block,
      String error,
      Instant at) {
    close(id, state, block, error, at);
    endFlight(id);
    RollupRow.update("counts = false where key.transaction = ?1", id.number());
    database
        .createNativeMutationQuery(
            """
            update odometer o
            set unreported_since = least(coalesce(o.unreported_since, r.to_epoch), r.to_epoch)
            from rollup r where r.data_set = o.data_set and r.transaction_id = :id
            """)
        .setParameter("id", id.number())
        .executeUpdate();
  }

  private static void close(
      TransactionId id,
      TransactionState state,
      Optional<BlockNumber> block,
      @Nullable String error,
      Instant at) {
    TransactionRow row = row(id);
    row.state = state.toString();
    row.includedBlock = block.map(BlockNumber::value).orElse(row.includedBlock);
    row.error = error;
    row.closedAt = at;
  }

  private static void endFlight(TransactionId id) {
    RollupRow.update("inFlight = false where key.transaction = ?1", id.number());
    RailPaymentRow.update("inFlight = false where key.transaction = ?1", id.number());
  }

  private static TransactionRow row(TransactionId id) {
    return found(TransactionRow.findById(id.number()), id);
  }

  private static <T> T found(@Nullable T row, Object key) {
    if (row == null) {
      throw new IllegalStateException("expected %s in the ledger, found nothing".formatted(key));
    }
    return row;
  }
}
