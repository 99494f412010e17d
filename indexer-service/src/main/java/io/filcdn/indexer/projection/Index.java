package io.filcdn.indexer.projection;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.IndexedBlock;
import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.indexer.store.Blocks;
import io.filcdn.indexer.store.ContractsRead;
import io.filcdn.indexer.store.Cursor;
import io.filcdn.indexer.store.EventLog;
import io.filcdn.indexer.store.FoldRules;
import io.filcdn.indexer.store.UndecodableCounts;
import io.filcdn.indexer.store.UndecodableLogs;
import io.filcdn.indexer.store.WriteMode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The index in the database, which one process writes at a time: where it stands, and the steps it
 * takes. For one thread.
 */
public final class Index {

  private final ExclusiveSession session;
  private final Projection projection;

  public Index(ExclusiveSession session, Projection projection) {
    this.session = session;
    this.projection = projection;
  }

  /** True where this process is the one that may write; it becomes it where there is none. */
  public boolean hold() {
    return session.hold();
  }

  /** The place where the index stands; empty before the first block. */
  public Optional<Cursor> cursor() {
    return session.inTransaction(connection -> new Blocks(connection).cursor());
  }

  /** The stored blocks up to {@code number}, the newest first, down to a final one. */
  public List<IndexedBlock> blocksUpTo(BlockNumber number) {
    return session.inTransaction(connection -> new Blocks(connection).upTo(number));
  }

  /** The number of logs that are kept aside. */
  public UndecodableCounts undecodableLogs() {
    return session.inTransaction(connection -> new UndecodableLogs(connection).count());
  }

  /** The newest block up to {@code number} that an event stands in, without its logs. */
  public Optional<IndexedBlock> newestEventUpTo(BlockNumber number) {
    return session.inTransaction(connection -> new EventLog(connection).newestBlockUpTo(number));
  }

  /**
   * Folds all that is published on {@code topics} anew, and publishes it. A page at a time, each in
   * its own transaction; what ends it early leaves a true index.
   */
  public void republish(Set<Topic> topics) {
    topics.forEach(topic -> reproject(topic, WriteMode.EVERYTHING));
  }

  private void reproject(Topic topic, WriteMode what) {
    Optional<Entity> after = Optional.empty();
    do {
      Optional<Entity> from = after;
      after = session.inTransaction(c -> projection.reproject(c, topic, from, what));
    } while (after.isPresent());
  }

  /**
   * Folds all data sets anew where what they depend on in the network file is not what they were
   * last folded with; publishes those that come out differently. What ends it early makes the next
   * call begin again, whichever network file that goes by.
   *
   * @return whether it was so
   */
  public boolean followNetworkFile() {
    String rules = projection.rules();
    boolean same = session.inTransaction(c -> new FoldRules(c).last().equals(Optional.of(rules)));
    if (same) {
      return false;
    }
    session.inTransaction(c -> new FoldRules(c).forget());
    reproject(Topic.DATA_SETS, WriteMode.CHANGES);
    session.inTransaction(c -> new FoldRules(c).keep(rules));
    return true;
  }

  /**
   * The comparison of the contracts whose logs the index holds with the {@code named} ones.
   *
   * @return empty where it is of the same; otherwise those of which it lacks logs
   */
  public Optional<Set<Address>> unread(Set<Address> named) {
    return session.inTransaction(
        connection -> {
          ContractsRead contracts = new ContractsRead(connection);
          Set<Address> read = contracts.all();
          if (read.equals(named)) {
            return Optional.empty();
          }
          if (read.isEmpty() || new Blocks(connection).cursor().isEmpty()) {
            contracts.keep(named);
            return Optional.empty();
          }
          Set<Address> unread = new HashSet<>(named);
          unread.removeAll(read);
          return Optional.of(unread);
        });
  }

  /** Keeps that the index holds the logs of {@code named}, and of no others. */
  public void markRead(Set<Address> named) {
    session.inTransaction(
        connection -> {
          new ContractsRead(connection).keep(named);
          return named;
        });
  }

  /**
   * Takes steps: all of them, with log, read model, cursor and outbox, or none.
   *
   * @return the data sets that were taken back although edges may have served them
   */
  public Set<DataSetId> take(List<ChainStep> steps) {
    return session.inTransaction(connection -> projection.apply(connection, steps));
  }
}
