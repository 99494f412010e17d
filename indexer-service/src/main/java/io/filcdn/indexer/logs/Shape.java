package io.filcdn.indexer.logs;

import io.filcdn.chain.abi.AbiEvent;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.rpc.ChainNode;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The shape of one contract's event, and how it is read.
 *
 * @param abi its form
 * @param read makes what it says from its arguments, and from what a node says where the log does
 *     not tell all
 */
record Shape(AbiEvent abi, BiFunction<ChainNode, Arguments, ChainEvent> read) {

  /** An event whose log tells all. */
  static Shape of(AbiEvent event, Function<Arguments, ChainEvent> read) {
    return new Shape(event, (_, arguments) -> read.apply(arguments));
  }

  /** An event whose log does not tell all. */
  static Shape asking(AbiEvent event, BiFunction<ChainNode, Arguments, ChainEvent> read) {
    return new Shape(event, read);
  }

  String topic() {
    return abi.topic();
  }
}
