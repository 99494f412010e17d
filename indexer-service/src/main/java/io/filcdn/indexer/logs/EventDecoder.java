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
  private final Map<Address, Map<String, EventMapping>> mappings = new HashMap<>();

  private EventDecoder(Generation generation, Map<Address, List<EventMapping>> events) {
    this.generation = generation;
    events.forEach(
        (contract, written) ->
            mappings.put(
                contract,
                written.stream()
                    .collect(toUnmodifiableMap(EventMapping::topic, Function.identity()))));
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
    return Set.copyOf(mappings.keySet());
  }

  /**
   * Reads a log; what the log holds never makes it throw.
   *
   * @param node asked for what the log itself does not tell
   * @throws NodeFailedException where the node does not answer
   */
  public DecodedLog decode(ChainNode node, RawLog log) {
    EventMapping mapping =
        log.topics().isEmpty()
            ? null
            : mappings.getOrDefault(log.address(), Map.of()).get(log.topics().getFirst());
    if (mapping == null) {
      return new DecodedLog.Unknown();
    }
    if (log.data().length() > MAX_DATA_CHARACTERS) {
      return new DecodedLog.Undecodable(
          malformed(
              mapping,
              log,
              "expected at most %d characters of data, found %d"
                  .formatted(MAX_DATA_CHARACTERS, log.data().length())));
    }
    EventArguments arguments;
    try {
      arguments = EventArguments.of(generation, mapping.abi(), log);
    } catch (RuntimeException e) {
      return new DecodedLog.Undecodable(undecodable(mapping, log, false, e.toString()));
    }
    return read(node, mapping, log, arguments);
  }

  /** Reads a log of the right form: what is amiss now is only in what it says. */
  private static DecodedLog read(
      ChainNode node, EventMapping mapping, RawLog log, EventArguments arguments) {
    try {
      ChainEvent event = mapping.read().apply(node, arguments);
      return new DecodedLog.Known(
          new LoggedEvent(log.position(), log.blockHash(), log.txHash(), event),
          arguments.fault().map(fault -> malformed(mapping, log, fault)));
    } catch (NodeFailedException e) {
      throw e;
    } catch (RuntimeException e) {
      // whatever the log holds: none of it may stop the index
      return new DecodedLog.Undecodable(malformed(mapping, log, e.toString()));
    }
  }

  private static UndecodableLog malformed(EventMapping mapping, RawLog log, String reason) {
    return undecodable(mapping, log, true, reason);
  }

  private static UndecodableLog undecodable(
      EventMapping mapping, RawLog log, boolean isMalformed, String reason) {
    String text = mapping.abi().name() + ": " + reason;
    return new UndecodableLog(
        log, isMalformed, text.length() > MAX_REASON ? text.substring(0, MAX_REASON) : text);
  }
}
