package io.filcdn.indexer.logs;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.Generation;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.chain.UndecodableLog;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.NodeFailedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A decoder of the logs of one generation's contracts. A log is told by its address first and its
 * topic then, as generations and contracts share topics. Safe for many threads.
 */
public final class EventDecoder {

  /**
   * More than any event of a real contract holds: they are made from transactions of at most 64
   * KiB. It keeps each record below what Kafka takes.
   */
  private static final int MAX_DATA_CHARACTERS = 2 + 2 * 128 * 1024;

  private static final int MAX_REASON = 300;

  private final Generation generation;
  private final Map<Address, Map<String, Shape>> shapes = new HashMap<>();

  private EventDecoder(Generation generation, Map<Address, List<Shape>> events) {
    this.generation = generation;
    events.forEach(
        (contract, written) ->
            shapes.put(
                contract,
                written.stream().collect(toUnmodifiableMap(Shape::topic, Function.identity()))));
  }

  /** The decoder for the network's generation. */
  public static EventDecoder of(Network network) {
    return new EventDecoder(
        network.generation(),
        switch (network.generation()) {
          case FWSS -> FwssEvents.of(network);
          case PANDORA -> PandoraEvents.of(network);
        });
  }

  /** The contracts whose logs it reads. */
  public Set<Address> addresses() {
    return Set.copyOf(shapes.keySet());
  }

  /**
   * Reads a log; what the log holds never makes it throw.
   *
   * @param node asked for what the log itself does not tell
   * @throws NodeFailedException where the node does not answer
   */
  public Decoded decode(ChainNode node, RawLog log) {
    Shape shape =
        log.topics().isEmpty()
            ? null
            : shapes.getOrDefault(log.address(), Map.of()).get(log.topics().getFirst());
    if (shape == null) {
      return new Decoded.Unknown();
    }
    if (log.data().length() > MAX_DATA_CHARACTERS) {
      return new Decoded.Undecodable(
          malformed(
              shape,
              log,
              "expected at most %d characters of data, found %d"
                  .formatted(MAX_DATA_CHARACTERS, log.data().length())));
    }
    Arguments arguments;
    try {
      arguments = Arguments.of(generation, shape.abi(), log);
    } catch (RuntimeException e) {
      return new Decoded.Undecodable(aside(shape, log, false, e.toString()));
    }
    return read(node, shape, log, arguments);
  }

  /** Reads a log of the right form: what is amiss now is only in what it says. */
  private static Decoded read(ChainNode node, Shape shape, RawLog log, Arguments arguments) {
    try {
      ChainEvent event = shape.read().apply(node, arguments);
      return new Decoded.Known(
          new LoggedEvent(log.position(), log.blockHash(), log.txHash(), event),
          arguments.fault().map(fault -> malformed(shape, log, fault)));
    } catch (NodeFailedException e) {
      throw e;
    } catch (RuntimeException e) {
      // whatever the log holds: none of it may stop the index
      return new Decoded.Undecodable(malformed(shape, log, e.toString()));
    }
  }

  private static UndecodableLog malformed(Shape shape, RawLog log, String reason) {
    return aside(shape, log, true, reason);
  }

  private static UndecodableLog aside(Shape shape, RawLog log, boolean isMalformed, String reason) {
    String text = shape.abi().name() + ": " + reason;
    return new UndecodableLog(
        log, isMalformed, text.length() > MAX_REASON ? text.substring(0, MAX_REASON) : text);
  }
}
