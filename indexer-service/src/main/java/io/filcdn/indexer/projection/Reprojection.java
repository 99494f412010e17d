package io.filcdn.indexer.projection;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.store.Blocks;
import io.filcdn.indexer.store.Checkpoint;
import io.filcdn.indexer.store.Checkpoints;
import io.filcdn.indexer.store.Cursor;
import io.filcdn.indexer.store.DataSetState;
import io.filcdn.indexer.store.DataSets;
import io.filcdn.indexer.store.EventLog;
import io.filcdn.indexer.store.Payers;
import io.filcdn.indexer.store.Pieces;
import io.filcdn.indexer.store.PlacementHistory;
import io.filcdn.indexer.store.Providers;
import io.filcdn.indexer.store.Versions;
import io.filcdn.indexer.store.WriteMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Gatherers;

/**
 * The reprojection of entities: they are folded anew from the log, and what came out differently is
 * written. A run tells which data sets were taken back: edges may have served them, and their
 * number is free, or another payer's.
 */
final class Reprojection {

  /** The number of entities that are folded at once: there can be more than memory holds. */
  private static final int FOLDED_AT_ONCE = 1000;

  private final DataSetFold dataSetFold;

  Reprojection(DataSetFold dataSetFold) {
    this.dataSetFold = dataSetFold;
  }

  /**
   * Folds {@code touched} as of the cursor's block, and all that depends on it.
   *
   * @param inMemory all events of the pieces that had none until now, which need not be read
   * @return the data sets that were taken back, each with what it was
   */
  Map<DataSetId, DataSetState> run(
      Connection connection, Set<Entity> touched, Map<Entity, List<LoggedEvent>> inMemory)
      throws SQLException {
    return touched.isEmpty()
        ? Map.of()
        : new Run(connection, WriteMode.CHANGES, inMemory).fold(touched);
  }

  /** As {@link #run} of entities with events from before; {@code what} came out is written. */
  void run(Connection connection, Set<Entity> touched, WriteMode what) throws SQLException {
    if (!touched.isEmpty()) {
      new Run(connection, what, Map.of()).fold(touched);
    }
  }

  /** One run, in one transaction. */
  private final class Run {

    private final WriteMode what;
    private final EventLog log;
    private final Checkpoints checkpoints;
    private final DataSets dataSets;
    private final Pieces pieces;
    private final Providers providers;
    private final Payers payers;
    private final Optional<Cursor> cursor;
    private final Versions versions;
    private final Map<Entity, List<LoggedEvent>> inMemory;
    private final Map<DataSetId, DataSetState> takenBack = new HashMap<>();

    Run(Connection connection, WriteMode what, Map<Entity, List<LoggedEvent>> inMemory)
        throws SQLException {
      this.what = what;
      this.inMemory = inMemory;
      log = new EventLog(connection);
      checkpoints = new Checkpoints(connection);
      dataSets = new DataSets(connection, what);
      pieces = new Pieces(connection, what);
      providers = new Providers(connection, what);
      payers = new Payers(connection, what);
      cursor = new Blocks(connection).cursor();
      versions =
          new Versions(connection, cursor.map(Cursor::number).orElseGet(() -> new BlockNumber(0)));
    }

    Map<DataSetId, DataSetState> fold(Set<Entity> touched) throws SQLException {
      foldPayers(only(touched, Entity.Payer.class));
      foldProviders(only(touched, Entity.Provider.class));
      Set<DataSetId> changed = foldDataSets(only(touched, Entity.DataSet.class));
      foldPieces(
          only(touched, Entity.Piece.class).stream()
              // a new piece has one row to be added, with all others of its data set or here
              .filter(piece -> !(inMemory.containsKey(piece) && changed.contains(piece.dataSet())))
              .toList());
      for (DataSetId dataSet : changed) {
        foldAllPieces(dataSet);
      }
      return takenBack;
    }

    private void foldPayers(List<Entity.Payer> touched) throws SQLException {
      Set<Entity> paying = log.withEvents(touched);
      for (Entity.Payer payer : touched) {
        if (paying.contains(payer)) {
          payers.add(payer.address(), versions);
        } else {
          payers.remove(payer.address(), versions);
        }
      }
    }

    private void foldProviders(List<Entity.Provider> touched) throws SQLException {
      for (List<Entity.Provider> some : inSlices(touched)) {
        Map<Entity.Provider, ProviderFold> folds = new LinkedHashMap<>();
        some.forEach(provider -> folds.put(provider, new ProviderFold(provider.id())));
        log.replay(folds);
        List<ProviderRecord> records = new ArrayList<>();
        for (var fold : folds.entrySet()) {
          var state = fold.getValue().record(versions.next());
          if (state.isPresent()) {
            records.add(state.get());
          } else {
            providers.remove(fold.getKey().id(), versions);
          }
        }
        providers.save(records);
      }
    }

    /** Returns the data sets that changed in what their pieces depend on. */
    private Set<DataSetId> foldDataSets(List<Entity.DataSet> touched) throws SQLException {
      Set<DataSetId> changed = new HashSet<>();
      for (List<Entity.DataSet> some : inSlices(touched)) {
        List<DataSetId> ids = some.stream().map(Entity.DataSet::id).toList();
        Map<DataSetId, DataSetState> before = dataSets.states(ids);
        foldSomeDataSets(some);
        changed.addAll(changed(ids, before, dataSets.states(ids)));
      }
      return changed;
    }

    private void foldSomeDataSets(List<Entity.DataSet> some) throws SQLException {
      Map<Entity.DataSet, DataSetFold.State> folds = begin(some);
      log.replay(folds);
      List<DataSetRecord> records = new ArrayList<>();
      for (var fold : folds.entrySet()) {
        var state = fold.getValue().record(this::isDeep, versions.next());
        if (state.isPresent()) {
          records.add(state.get());
        } else {
          dataSets.remove(fold.getKey().id(), versions);
        }
      }
      dataSets.save(records);
      checkpoints.keep(
          folds.values().stream().flatMap(fold -> fold.checkpoint().stream()).toList(),
          dataSetFold.rules());
    }

    private Map<Entity.DataSet, DataSetFold.State> begin(List<Entity.DataSet> some)
        throws SQLException {
      Map<DataSetId, Checkpoint> known =
          what == WriteMode.EVERYTHING
              ? Map.of() // it also puts right what no step would fold again
              : checkpoints.of(some.stream().map(Entity.DataSet::id).toList(), dataSetFold.rules());
      Map<Entity.DataSet, DataSetFold.State> folds = new LinkedHashMap<>();
      for (Entity.DataSet dataSet : some) {
        Optional<Checkpoint> checkpoint = Optional.ofNullable(known.get(dataSet.id()));
        folds.put(dataSet, dataSetFold.begin(dataSet.id(), checkpoint, this::isFinal));
      }
      return folds;
    }

    private Set<DataSetId> changed(
        List<DataSetId> ids,
        Map<DataSetId, DataSetState> before,
        Map<DataSetId, DataSetState> after) {
      Set<DataSetId> changed = new HashSet<>();
      for (DataSetId id : ids) {
        Optional<DataSetState> was = Optional.ofNullable(before.get(id));
        Optional<DataSetState> is = Optional.ofNullable(after.get(id));
        if (was.isEmpty() ? is.isPresent() : is.filter(was.get()::hasSamePlacements).isEmpty()) {
          changed.add(id);
        }
        was.filter(state -> !state.provisional() && !state.hasSamePayer(is))
            .ifPresent(state -> takenBack.put(id, state));
      }
      return changed;
    }

    private void foldAllPieces(DataSetId dataSet) throws SQLException {
      Optional<Entity> after = Optional.empty();
      List<Entity.Piece> some;
      do {
        some = log.piecesOf(dataSet, after, FOLDED_AT_ONCE);
        foldPieces(some);
        after = some.isEmpty() ? Optional.empty() : Optional.of(some.getLast());
      } while (some.size() == FOLDED_AT_ONCE);
    }

    private void foldPieces(List<Entity.Piece> touched) throws SQLException {
      for (List<Entity.Piece> some : inSlices(touched)) {
        foldSomePieces(some);
      }
    }

    private void foldSomePieces(List<Entity.Piece> touched) throws SQLException {
      Map<Entity, List<LoggedEvent>> events = piecesEvents(touched);
      Map<DataSetId, DataSetState> states =
          dataSets.states(touched.stream().map(Entity.Piece::dataSet).distinct().toList());
      Map<Entity.Piece, PlacementHistory> placements = new LinkedHashMap<>();
      for (Entity.Piece piece : touched) {
        placements.put(
            piece,
            PieceFold.fold(
                piece,
                eventsOf(piece, events),
                Optional.ofNullable(states.get(piece.dataSet())),
                versions.next()));
      }
      pieces.save(placements, inMemory.keySet(), versions);
    }

    private Map<Entity, List<LoggedEvent>> piecesEvents(List<Entity.Piece> pieces)
        throws SQLException {
      Map<Entity, List<LoggedEvent>> events =
          new HashMap<>(
              log.eventsOf(pieces.stream().filter(p -> !inMemory.containsKey(p)).toList()));
      for (Entity.Piece piece : pieces) {
        Optional.ofNullable(inMemory.get(piece)).ifPresent(known -> events.put(piece, known));
      }
      return events;
    }

    private boolean isFinal(BlockNumber block) {
      return cursor.map(at -> at.isFinal(block)).orElse(false);
    }

    private boolean isDeep(BlockNumber block) {
      return cursor
          .map(at -> block.value() <= at.deepest(dataSetFold.servingDepth()))
          .orElse(false);
    }

    private static List<LoggedEvent> eventsOf(
        Entity entity, Map<Entity, List<LoggedEvent>> events) {
      return events.getOrDefault(entity, List.of());
    }

    private static <T> List<List<T>> inSlices(List<T> all) {
      return all.stream().gather(Gatherers.windowFixed(FOLDED_AT_ONCE)).toList();
    }

    private static <T> List<T> only(Collection<Entity> entities, Class<T> type) {
      List<T> some = new ArrayList<>();
      entities.stream().filter(type::isInstance).map(type::cast).forEach(some::add);
      return some;
    }
  }
}
