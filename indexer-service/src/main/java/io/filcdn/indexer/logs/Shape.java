package io.filcdn.indexer.logs;

import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.rpc.ChainNode;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * How an event of one contract is read.
 *
 * @param abi its form
 * @param read makes what it says from its arguments, and from what a node says where the log does
 *     not tell all
 */
record Shape(Abi abi, BiFunction<ChainNode, Arguments, ChainEvent> read) {

  /** An event whose log tells all; the declaration is Solidity's. */
  static Shape of(String declaration, Function<Arguments, ChainEvent> read) {
    return new Shape(Abi.of(declaration), (_, arguments) -> read.apply(arguments));
  }

  /** An event whose log does not tell all. */
  static Shape asking(String declaration, BiFunction<ChainNode, Arguments, ChainEvent> read) {
    return new Shape(Abi.of(declaration), read);
  }

  String topic() {
    return abi.topic();
  }
}
