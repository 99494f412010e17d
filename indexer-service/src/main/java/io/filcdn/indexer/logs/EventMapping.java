package io.filcdn.indexer.logs;

import io.filcdn.chain.abi.AbiEvent;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.rpc.ChainNode;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The mapping of one contract's event to an event of the index.
 *
 * @param abi its form
 * @param read makes what it says from its arguments, and from what a node says where the log does
 *     not tell all
 */
record EventMapping(AbiEvent abi, BiFunction<ChainNode, EventArguments, ChainEvent> read) {

  /** An event whose log tells all. */
  static EventMapping of(AbiEvent event, Function<EventArguments, ChainEvent> read) {
    return new EventMapping(event, (_, arguments) -> read.apply(arguments));
  }

  /** An event whose log does not tell all. */
  static EventMapping asking(
      AbiEvent event, BiFunction<ChainNode, EventArguments, ChainEvent> read) {
    return new EventMapping(event, read);
  }

  String topic() {
    return abi.topic();
  }
}
