package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.Inclusion;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.model.TransactionState;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
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

  static final String OPEN = "state in ('signed', 'broadcast', 'included')";
  private static final String WAITING = "state in ('signed', 'broadcast')";

  private final Session database;
  private final TransactionReader reader;

  Transactions(Session database, TransactionReader reader) {
    this.database = database;
    this.reader = reader;
  }

  /** One of them. */
  @Transactional
  public Optional<LedgerTransaction> find(TransactionId id) {
    return reader.read(TransactionRow.list("id", id.number())).stream().findFirst();
  }

  /** Those that can still change, in the order of their nonces. */
  @Transactional
  public List<LedgerTransaction> open() {
    return reader.read(TransactionRow.list(OPEN, Sort.by("nonce")));
  }

  /** Those that no block holds yet, in the order of their nonces. */
  @Transactional
  public List<LedgerTransaction> waiting() {
    return reader.read(TransactionRow.list(WAITING, Sort.by("nonce")));
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

  /** The number of those in {@code state}. */
  @Transactional
  public long count(TransactionState state) {
    return TransactionRow.count("state", state.toString());
  }

  /** Since when the one waits that was signed first of those that no block holds. */
  @Transactional
  public Optional<Instant> oldestWaiting() {
    return TransactionRow.<TransactionRow>find(WAITING, Sort.by("signedAt"))
        .firstResultOptional()
        .map(row -> row.signedAt);
  }

  /** The time when one of this activity was last signed. */
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

  /**
   * Notes that a final block spent its nonce, so that it waits for none, though nobody tells what
   * it did: its data sets' next items wait.
   */
  @Transactional
  public void spent(TransactionId id) {
    row(id).state = TransactionState.INCLUDED.toString();
  }

  /** Notes that no block holds it any more, so that it is sent again at once. */
  @Transactional
  public void backToBroadcast(TransactionId id) {
    TransactionRow row = row(id);
    row.state = TransactionState.BROADCAST.toString();
    row.includedBlock = null;
    AttemptRow.update("lastBroadcastAt = null where transaction = ?1", id.number());
  }

  /**
   * Closes one whose work stands on chain.
   *
   * @param settled what it moved along rails
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void finalised(
      TransactionId id, Inclusion inclusion, Map<DataSetId, TokenAmount> settled, Instant at) {
    close(id, TransactionState.FINAL, null, at);
    TransactionRow row = row(id);
    row.includedBlock = inclusion.block().value();
    row.landedHash = inclusion.hash().hex();
    row.feePaid = inclusion.feePaid().map(TokenAmount::units).orElse(null);
    endFlight(id);
    database.flush();
    addUpReported(id);
    settled.forEach(
        (dataSet, amount) ->
            RailPaymentRow.update(
                "amount = ?1 where key = ?2",
                amount.units(),
                new ItemKey(id.number(), dataSet.toString())));
  }

  /** Adds the rollups that just became final to the sums of their data sets. */
  private void addUpReported(TransactionId id) {
    RollupRow.update("isFinal = true where key.transaction = ?1", id.number());
    database
        .createNativeMutationQuery(
            """
            insert into own_reported as t (data_set, operator, cdn_bytes, cache_miss_bytes,
              others_cdn_bytes, others_cache_miss_bytes, last_epoch)
            select data_set, operator, cdn_bytes, cache_miss_bytes,
              others_cdn_bytes, others_cache_miss_bytes, to_epoch
            from rollup where transaction_id = :id
            on conflict (data_set, operator) do update set
              cdn_bytes = t.cdn_bytes + excluded.cdn_bytes,
              cache_miss_bytes = t.cache_miss_bytes + excluded.cache_miss_bytes,
              others_cdn_bytes = greatest(t.others_cdn_bytes, excluded.others_cdn_bytes),
              others_cache_miss_bytes = greatest(t.others_cache_miss_bytes, excluded.others_cache_miss_bytes),
              last_epoch = greatest(t.last_epoch, excluded.last_epoch)
            """)
        .setParameter("id", id.number())
        .executeUpdate();
  }

  /**
   * Closes one that failed or was dropped: its bytes do not count any more, so that they are due
   * again.
   *
   * @param inclusion the block that holds it, where one does
   */
  @Transactional
  public void undone(
      TransactionId id,
      TransactionState state,
      Optional<Inclusion> inclusion,
      String error,
      Instant at) {
    close(id, state, error, at);
    TransactionRow row = row(id);
    row.includedBlock = inclusion.map(found -> found.block().value()).orElse(row.includedBlock);
    row.feePaid = inclusion.flatMap(Inclusion::feePaid).map(TokenAmount::units).orElse(null);
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
      TransactionId id, TransactionState state, @Nullable String error, Instant at) {
    TransactionRow row = row(id);
    if (!TransactionState.of(row.state).isOpen()) {
      throw new IllegalStateException(
          "expected transaction %s to be open, found it %s".formatted(id, row.state));
    }
    row.state = state.toString();
    row.error = error;
    row.closedAt = at;
  }

  private static void endFlight(TransactionId id) {
    RollupRow.update("inFlight = false where key.transaction = ?1", id.number());
    RailPaymentRow.update("inFlight = false where key.transaction = ?1", id.number());
    TerminationRow.update("inFlight = false where key.transaction = ?1", id.number());
  }

  private static TransactionRow row(TransactionId id) {
    return found(TransactionRow.findById(id.number(), LockModeType.PESSIMISTIC_WRITE), id);
  }

  private static <T> T found(@Nullable T row, Object key) {
    if (row == null) {
      throw new IllegalStateException("expected %s in the ledger, found nothing".formatted(key));
    }
    return row;
  }
}
