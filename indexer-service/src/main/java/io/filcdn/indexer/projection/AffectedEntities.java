package io.filcdn.indexer.projection;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.RailId;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.store.DataSets;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The entities that events affect. PDPVerifier, FilecoinPay and the registry serve others too: what
 * FWSS never created is nobody's.
 */
final class AffectedEntities {

  /** The registry's type of the product that serves pieces. */
  private static final int PDP_PRODUCT = 0;

  private final Map<RailId, DataSetId> rails;
  private final Set<DataSetId> dataSets;

  private AffectedEntities(Map<RailId, DataSetId> rails, Set<DataSetId> dataSets) {
    this.rails = rails;
    this.dataSets = dataSets;
  }

  /** Prepares for {@code events}, which come after all that {@code known} has seen. */
  static AffectedEntities of(List<LoggedEvent> events, DataSets known) throws SQLException {
    List<ChainEvent> all = events.stream().map(LoggedEvent::event).toList();
    Set<RailId> rails = all.stream().flatMap(AffectedEntities::railOf).collect(Collectors.toSet());
    Set<DataSetId> shared =
        all.stream().flatMap(AffectedEntities::sharedDataSetOf).collect(Collectors.toSet());
    return new AffectedEntities(
        new HashMap<>(known.byRail(rails)), new HashSet<>(known.states(shared).keySet()));
  }

  private static Stream<RailId> railOf(ChainEvent event) {
    if (event instanceof ChainEvent.RailTerminated e) {
      return Stream.of(e.rail());
    }
    return event instanceof ChainEvent.RailFinalized e ? Stream.of(e.rail()) : Stream.empty();
  }

  private static Stream<DataSetId> sharedDataSetOf(ChainEvent event) {
    if (event instanceof ChainEvent.PiecesRemoved e) {
      return Stream.of(e.dataSet());
    }
    if (event instanceof ChainEvent.PiecesAdded e) {
      return Stream.of(e.dataSet());
    }
    if (event instanceof ChainEvent.StorageProviderChanged e) {
      return Stream.of(e.dataSet());
    }
    return event instanceof ChainEvent.DataSetDeleted e ? Stream.of(e.dataSet()) : Stream.empty();
  }

  /** The entities that the chain's next event affects; none where FWSS has no part in it. */
  Set<Entity> by(ChainEvent event) {
    return switch (event) {
      case ChainEvent.DataSetCreated e -> created(e);
      case ChainEvent.PieceAdded e -> Set.of(new Entity.Piece(e.dataSet(), e.piece()));
      case ChainEvent.PiecesAdded e ->
          pieces(e.dataSet(), e.pieces().stream().map(ChainEvent.PiecesAdded.Added::piece));
      case ChainEvent.PiecesRemoved e -> pieces(e.dataSet(), e.pieces().stream());
      case ChainEvent.StorageProviderChanged e -> known(e.dataSet());
      case ChainEvent.ProviderApproved e -> Set.of(new Entity.Provider(e.provider()));
      case ChainEvent.DataSetDeleted e -> known(e.dataSet());
      case ChainEvent.RailTerminated e -> ownerOf(e.rail());
      case ChainEvent.RailFinalized e -> ownerOf(e.rail());
      case ChainEvent.ServiceTerminated e -> dataSet(e.dataSet());
      case ChainEvent.PDPPaymentTerminated e -> dataSet(e.dataSet());
      case ChainEvent.CDNPaymentRailsToppedUp e -> dataSet(e.dataSet());
      case ChainEvent.CDNServiceTerminated e -> dataSet(e.dataSet());
      case ChainEvent.DataSetAbandoned e -> dataSet(e.dataSet());
      case ChainEvent.UsageReported e -> dataSet(e.dataSet());
      case ChainEvent.CDNSettlement e -> dataSet(e.dataSet());
      case ChainEvent.CacheMissSettlement e -> dataSet(e.dataSet());
      case ChainEvent.ProductAdded e ->
          offering(e.productType(), new Entity.Provider(e.provider()));
      case ChainEvent.ProductUpdated e ->
          offering(e.productType(), new Entity.Provider(e.provider()));
      case ChainEvent.ProductRemoved e ->
          offering(e.productType(), new Entity.Provider(e.provider()));
      case ChainEvent.ProviderRemoved e -> Set.of(new Entity.Provider(e.provider()));
    };
  }

  private Set<Entity> created(ChainEvent.DataSetCreated event) {
    dataSets.add(event.dataSet());
    Stream.of(event.pdpRail(), event.cacheMissRail(), event.cdnRail())
        .flatMap(Optional::stream)
        .forEach(rail -> rails.put(rail, event.dataSet()));
    return Set.of(new Entity.DataSet(event.dataSet()), new Entity.Payer(event.payer()));
  }

  private Set<Entity> pieces(DataSetId dataSet, Stream<PieceId> ids) {
    if (!dataSets.contains(dataSet)) {
      return Set.of();
    }
    Set<Entity> pieces = new LinkedHashSet<>();
    ids.forEach(piece -> pieces.add(new Entity.Piece(dataSet, piece)));
    return pieces;
  }

  private Set<Entity> known(DataSetId id) {
    return dataSets.contains(id) ? dataSet(id) : Set.of();
  }

  private Set<Entity> ownerOf(RailId rail) {
    return Optional.ofNullable(rails.get(rail)).map(AffectedEntities::dataSet).orElse(Set.of());
  }

  private static Set<Entity> dataSet(DataSetId id) {
    return Set.of(new Entity.DataSet(id));
  }

  private static Set<Entity> offering(int productType, Entity.Provider provider) {
    return productType == PDP_PRODUCT ? Set.of(provider) : Set.of();
  }
}
