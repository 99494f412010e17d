package io.filcdn.indexer.projection;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.store.Blocks;
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

/**
 * The reprojection of entities: they are folded anew from the log, and what came out differently is
 * written. A run tells which data sets were taken back: edges may have served them, and their
 * number is free, or another payer's.
 */
final class Reprojection {

  /** So many pieces are folded at once: a data set can hold more than memory does. */
  private static final int PIECES_AT_ONCE = 1000;

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

    private final EventLog log;
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
      this.inMemory = inMemory;
      log = new EventLog(connection);
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
      Map<Entity, List<LoggedEvent>> events = log.eventsOf(touched);
      List<ProviderRecord> records = new ArrayList<>();
      for (Entity.Provider provider : touched) {
        var state = ProviderFold.fold(provider.id(), eventsOf(provider, events), versions.next());
        if (state.isPresent()) {
          records.add(state.get());
        } else {
          providers.remove(provider.id(), versions);
        }
      }
      providers.save(records);
    }

    /** Returns the data sets that changed in what their pieces depend on. */
    private Set<DataSetId> foldDataSets(List<Entity.DataSet> touched) throws SQLException {
      List<DataSetId> ids = touched.stream().map(Entity.DataSet::id).toList();
      Map<DataSetId, DataSetState> before = dataSets.states(ids);
      Map<Entity, List<LoggedEvent>> events = log.eventsOf(touched);
      List<DataSetRecord> records = new ArrayList<>();
      for (Entity.DataSet dataSet : touched) {
        var state =
            dataSetFold.fold(
                dataSet.id(),
                eventsOf(dataSet, events),
                this::isFinal,
                this::isDeep,
                versions.next());
        if (state.isPresent()) {
          records.add(state.get());
        } else {
          dataSets.remove(dataSet.id(), versions);
        }
      }
      dataSets.save(records);
      return changed(ids, before, dataSets.states(ids));
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
        some = log.piecesOf(dataSet, after, PIECES_AT_ONCE);
        foldPieces(some);
        after = some.isEmpty() ? Optional.empty() : Optional.of(some.getLast());
      } while (some.size() == PIECES_AT_ONCE);
    }

    private void foldPieces(List<Entity.Piece> touched) throws SQLException {
      for (int from = 0; from < touched.size(); from += PIECES_AT_ONCE) {
        foldSome(touched.subList(from, Math.min(touched.size(), from + PIECES_AT_ONCE)));
      }
    }

    private void foldSome(List<Entity.Piece> touched) throws SQLException {
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

    private static <T> List<T> only(Collection<Entity> entities, Class<T> type) {
      List<T> some = new ArrayList<>();
      entities.stream().filter(type::isInstance).map(type::cast).forEach(some::add);
      return some;
    }
  }
}
