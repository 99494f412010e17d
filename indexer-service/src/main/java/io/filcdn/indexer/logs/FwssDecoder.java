package io.filcdn.indexer.logs;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.chain.UndecodableLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.web3j.abi.EventEncoder;
import org.web3j.abi.datatypes.Event;

/**
 * Reads the logs of the fwss generation's contracts. A log is told by its address first and its
 * topic then, as generations and contracts share topics.
 */
public final class FwssDecoder {

  /**
   * More than any event of a real contract holds: they are made from transactions of at most 64
   * KiB. It keeps each record below what Kafka takes.
   */
  private static final int MAX_DATA_CHARACTERS = 2 + 2 * 128 * 1024;

  private static final int MAX_REASON = 300;

  private final Map<Address, Map<String, Shape>> shapes = new HashMap<>();

  public FwssDecoder(Network network) {
    Network.Contracts contracts = network.contracts();
    shapes.put(contracts.fwss(), byTopic(FWSS));
    shapes.put(contracts.pdpVerifier(), byTopic(PDP_VERIFIER));
    shapes.put(contracts.serviceProviderRegistry(), byTopic(REGISTRY));
    shapes.put(contracts.filecoinPay(), byTopic(PAY));
    network.operators().forEach(operator -> shapes.put(operator.address(), byTopic(OPERATOR)));
  }

  /** The contracts whose logs it reads. */
  public Set<Address> addresses() {
    return Set.copyOf(shapes.keySet());
  }

  /** Reads a log; never throws, whatever the log holds. */
  public Decoded decode(RawLog log) {
    Shape shape =
        log.topics().isEmpty()
            ? null
            : shapes.getOrDefault(log.address(), Map.of()).get(log.topics().getFirst());
    if (shape == null) {
      return new Decoded.Unknown();
    }
    if (log.data().length() > MAX_DATA_CHARACTERS) {
      return undecodable(
          log,
          "%s: expected at most %d characters of data, found %d"
              .formatted(shape.abi().getName(), MAX_DATA_CHARACTERS, log.data().length()));
    }
    try {
      ChainEvent event = shape.read().apply(Arguments.of(shape.abi(), log));
      return new Decoded.Known(
          new LoggedEvent(log.position(), log.blockHash(), log.txHash(), event));
    } catch (RuntimeException e) {
      // web3j throws whatever its parsing runs into; none of it may stop the index
      return undecodable(log, shape.abi().getName() + ": " + e);
    }
  }

  /** How an event of one contract is read. */
  private record Shape(Event abi, Function<Arguments, ChainEvent> read) {
    String topic() {
      return EventEncoder.encode(abi);
    }
  }

  private static final List<Shape> FWSS =
      List.of(
          new Shape(
              Abi.DATA_SET_CREATED,
              in ->
                  new ChainEvent.DataSetCreated(
                      in.dataSet(0),
                      in.provider(1),
                      in.railUnlessZero(2),
                      in.railUnlessZero(3),
                      in.railUnlessZero(4),
                      in.address(5),
                      in.address(7),
                      in.metadata(8))),
          new Shape(
              Abi.PIECE_ADDED,
              in ->
                  new ChainEvent.PieceAdded(
                      in.dataSet(0), in.piece(1), in.pieceCid(2), in.metadata(3))),
          new Shape(Abi.SERVICE_TERMINATED, in -> new ChainEvent.ServiceTerminated(in.dataSet(1))),
          new Shape(
              Abi.PDP_PAYMENT_TERMINATED,
              in -> new ChainEvent.PDPPaymentTerminated(in.dataSet(0), in.epoch(1), in.rail(2))),
          new Shape(
              Abi.CDN_PAYMENT_RAILS_TOPPED_UP,
              in ->
                  new ChainEvent.CDNPaymentRailsToppedUp(
                      in.dataSet(0), in.amount(1), in.amount(3))),
          new Shape(
              Abi.CDN_SERVICE_TERMINATED, in -> new ChainEvent.CDNServiceTerminated(in.dataSet(1))),
          new Shape(Abi.DATA_SET_ABANDONED, in -> new ChainEvent.DataSetAbandoned(in.dataSet(0))));

  private static final List<Shape> PDP_VERIFIER =
      List.of(
          new Shape(
              Abi.PIECES_REMOVED, in -> new ChainEvent.PiecesRemoved(in.dataSet(0), in.pieces(1))),
          new Shape(Abi.DATA_SET_DELETED, in -> new ChainEvent.DataSetDeleted(in.dataSet(0))));

  private static final List<Shape> REGISTRY =
      List.of(
          new Shape(
              Abi.PRODUCT_ADDED,
              in -> new ChainEvent.ProductAdded(in.provider(0), in.small(1), in.serviceUrl(3))),
          new Shape(
              Abi.PRODUCT_UPDATED,
              in -> new ChainEvent.ProductUpdated(in.provider(0), in.small(1), in.serviceUrl(3))),
          new Shape(
              Abi.PRODUCT_REMOVED,
              in -> new ChainEvent.ProductRemoved(in.provider(0), in.small(1))),
          new Shape(Abi.PROVIDER_REMOVED, in -> new ChainEvent.ProviderRemoved(in.provider(0))));

  private static final List<Shape> PAY =
      List.of(
          new Shape(
              Abi.RAIL_TERMINATED, in -> new ChainEvent.RailTerminated(in.rail(0), in.epoch(2))),
          new Shape(Abi.RAIL_FINALIZED, in -> new ChainEvent.RailFinalized(in.rail(0))));

  private static final List<Shape> OPERATOR =
      List.of(
          new Shape(
              Abi.USAGE_REPORTED,
              in ->
                  new ChainEvent.UsageReported(
                      in.dataSet(0),
                      in.emitter(),
                      in.epoch(1),
                      in.epoch(2),
                      in.bytes(3),
                      in.bytes(4))),
          new Shape(
              Abi.CDN_SETTLEMENT, in -> new ChainEvent.CDNSettlement(in.dataSet(0), in.amount(1))),
          new Shape(
              Abi.CACHE_MISS_SETTLEMENT,
              in -> new ChainEvent.CacheMissSettlement(in.dataSet(0), in.amount(1))));

  private static Map<String, Shape> byTopic(List<Shape> shapes) {
    return shapes.stream().collect(toUnmodifiableMap(Shape::topic, Function.identity()));
  }

  private static Decoded undecodable(RawLog log, String reason) {
    return new Decoded.Undecodable(
        new UndecodableLog(
            log, reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason));
  }
}
