package io.filcdn.indexer.projection;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.store.Blocks;
import io.filcdn.indexer.store.Checkpoints;
import io.filcdn.indexer.store.Cursor;
import io.filcdn.indexer.store.DataSetState;
import io.filcdn.indexer.store.DataSets;
import io.filcdn.indexer.store.EventLog;
import io.filcdn.indexer.store.LogEntry;
import io.filcdn.indexer.store.UndecodableLogs;
import io.filcdn.indexer.store.WriteMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The projection of the chain's steps into the index, within the caller's transaction. Each step
 * changes the log; then whatever the steps touched is folded anew from the log, and what came out
 * differently goes to the read model and the outbox. It is the same for new, orphaned and finalised
 * events.
 */
public final class Projection {

  private static final int FOLDED_AT_ONCE = 1000;

  private static final List<String> WAYS_BESIDE_KEYS =
      List.of("seqscan", "hashjoin", "mergejoin", "sort", "incremental_sort");

  private final DataSetFold fold;
  private final Reprojection reprojection;

  public Projection(Network network) {
    this.fold = new DataSetFold(network);
    this.reprojection = new Reprojection(fold);
  }

  /**
   * Takes {@code steps} one after the other.
   *
   * @return the data sets that were taken back although edges may have served them
   */
  public Set<DataSetId> apply(Connection connection, List<ChainStep> steps) throws SQLException {
    readByKey(connection);
    Map<DataSetId, DataSetState> takenBack = new HashMap<>();
    Set<Entity> touched = new LinkedHashSet<>();
    Map<Entity, List<LoggedEvent>> fresh = new HashMap<>();
    long deepest = deepest(connection);
    for (ChainStep step : steps) {
      if (step instanceof ChainStep.Advance && !touched.isEmpty()) {
        // the entities that new events affect are read off the read model, which must be true by
        // then
        touched.addAll(acrossDepth(connection, deepest));
        takenBack.putAll(reprojection.run(connection, touched, fresh));
        deepest = deepest(connection);
        touched.clear();
        fresh.clear();
      }
      touched.addAll(
          switch (step) {
            case ChainStep.Advance advance -> advance(connection, advance, fresh);
            case ChainStep.Supplement supplement -> supplement(connection, supplement);
            case ChainStep.Reorg reorg -> rollBack(connection, reorg);
            case ChainStep.Finalize last -> finalise(connection, last);
            case ChainStep.Rewind rewind -> rewind(connection, rewind);
          });
    }
    touched.addAll(acrossDepth(connection, deepest));
    takenBack.putAll(reprojection.run(connection, touched, fresh));
    // a repair takes back and brings again what it did not find wrong
    Map<DataSetId, DataSetState> now = new DataSets(connection).states(takenBack.keySet());
    takenBack
        .entrySet()
        .removeIf(was -> was.getValue().hasSamePayer(Optional.ofNullable(now.get(was.getKey()))));
    return takenBack.keySet();
  }

  private long deepest(Connection connection) throws SQLException {
    return new Blocks(connection).cursor().map(at -> at.deepest(fold.servingDepth())).orElse(-1L);
  }

  /** Data sets with events in blocks that have become deep enough, or no longer are, since then. */
  private Set<Entity> acrossDepth(Connection connection, long before) throws SQLException {
    long now = deepest(connection);
    return now == before
        ? Set.of()
        : new EventLog(connection)
            .dataSetsBetween(
                Optional.of(Math.min(before, now)).filter(n -> n >= 0).map(BlockNumber::new),
                new BlockNumber(Math.max(before, now)));
  }

  /**
   * Folds some of what is on {@code topic} anew.
   *
   * @param after the last entity that was folded so
   * @param what which of it is written and published
   * @return the last one now; empty where none is left
   */
  Optional<Entity> reproject(
      Connection connection, Topic topic, Optional<Entity> after, WriteMode what)
      throws SQLException {
    readByKey(connection);
    List<Entity> some =
        new EventLog(connection).entities(Entity.prefixOf(topic), after, FOLDED_AT_ONCE);
    reprojection.run(connection, new LinkedHashSet<>(some), what);
    return some.size() < FOLDED_AT_ONCE ? Optional.empty() : Optional.of(some.getLast());
  }

  /** The rules that all data sets have to be folded with. */
  String rules() {
    return fold.rules();
  }

  /**
   * All that is read here is read by keys that have an index, and in its order. A planner that has
   * not analysed the growing tables of a backfill yet would read them whole, again and again; and
   * one that has would sort histories, all events of them.
   */
  private static void readByKey(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String way : WAYS_BESIDE_KEYS) {
        statement.execute("set local enable_" + way + " = off");
      }
    }
  }

  private static Set<Entity> advance(
      Connection connection, ChainStep.Advance advance, Map<Entity, List<LoggedEvent>> fresh)
      throws SQLException {
    List<LogEntry> ours = withAffected(connection, advance.events());
    EventLog log = new EventLog(connection);
    fresh.putAll(newPieces(log, ours));
    log.append(ours);
    new UndecodableLogs(connection).keep(advance.undecodable());
    new Blocks(connection).append(advance.blocks());
    return affected(ours);
  }

  private static Set<Entity> supplement(Connection connection, ChainStep.Supplement supplement)
      throws SQLException {
    List<LogEntry> ours = withAffected(connection, supplement.events());
    new EventLog(connection).supplement(ours);
    new UndecodableLogs(connection).keep(supplement.undecodable());
    Set<Entity> affected = affected(ours);
    new Checkpoints(connection).drop(affected, Optional.empty());
    return affected;
  }

  /** The events that affect an entity, each with those. */
  private static List<LogEntry> withAffected(Connection connection, List<LoggedEvent> events)
      throws SQLException {
    AffectedEntities affectedEntities = AffectedEntities.of(events, new DataSets(connection));
    List<LogEntry> ours = new ArrayList<>();
    for (LoggedEvent logged : events) {
      Set<Entity> affected = affectedEntities.by(logged.event());
      if (!affected.isEmpty()) {
        ours.add(new LogEntry(logged, affected));
      }
    }
    return ours;
  }

  private static Set<Entity> affected(List<LogEntry> entries) {
    Set<Entity> touched = new LinkedHashSet<>();
    entries.forEach(entry -> touched.addAll(entry.affected()));
    return touched;
  }

  /** The pieces without an event until now, each with its events, which need not be read back. */
  private static Map<Entity, List<LoggedEvent>> newPieces(EventLog log, List<LogEntry> ours)
      throws SQLException {
    Map<Entity, List<LoggedEvent>> pieces = new HashMap<>();
    for (LogEntry entry : ours) {
      for (Entity affected : entry.affected()) {
        if (affected instanceof Entity.Piece) {
          pieces.computeIfAbsent(affected, _ -> new ArrayList<>()).add(entry.logged());
        }
      }
    }
    pieces.keySet().removeAll(log.withEvents(pieces.keySet()));
    return pieces;
  }

  private static Set<Entity> rollBack(Connection connection, ChainStep.Reorg reorg)
      throws SQLException {
    Blocks blocks = new Blocks(connection);
    if (reorg.ancestor().isPresent()) {
      blocks.removeAfter(reorg.ancestor().get());
    } else {
      blocks.removeAll();
    }
    return removeAfter(connection, reorg.ancestor());
  }

  private static Set<Entity> rewind(Connection connection, ChainStep.Rewind rewind)
      throws SQLException {
    new Blocks(connection).rewind(rewind.to());
    return removeAfter(connection, Optional.of(rewind.to().number()));
  }

  private static Set<Entity> removeAfter(Connection connection, Optional<BlockNumber> ancestor)
      throws SQLException {
    new UndecodableLogs(connection).removeAfter(ancestor);
    Set<Entity> affected = new EventLog(connection).removeAfter(ancestor);
    new Checkpoints(connection).drop(affected, ancestor);
    return affected;
  }

  private static Set<Entity> finalise(Connection connection, ChainStep.Finalize step)
      throws SQLException {
    Blocks blocks = new Blocks(connection);
    Optional<BlockNumber> before = blocks.cursor().flatMap(Cursor::finalNumber);
    blocks.finalise(step.last());
    // only sums of top-ups and reports know a difference between final and not
    return new EventLog(connection).dataSetsBetween(before, step.last());
  }
}
