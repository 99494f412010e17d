package io.filcdn.indexer.logs;

import static java.util.stream.Collectors.joining;

import io.filcdn.indexer.chain.RawLog;
import java.util.ArrayList;
import java.util.List;
import org.web3j.abi.EventEncoder;

/**
 * The form of an event.
 *
 * @param topic the hash of its signature, which is the first topic of its logs
 * @param arguments in the contract's order
 */
record Abi(String topic, String name, List<Argument> arguments) {

  Abi {
    arguments = List.copyOf(arguments);
  }

  /**
   * An argument.
   *
   * @param indexed whether it is a topic of its own, and no part of the data
   */
  record Argument(AbiType type, boolean indexed) {}

  /**
   * Reads a declaration as it stands in Solidity, such as {@code DataSetDeleted(uint256 indexed
   * setId, uint256 deletedLeafCount)}; a struct is its members' types in parentheses.
   *
   * @throws IllegalArgumentException where it uses a type that is not known here
   */
  static Abi of(String declaration) {
    int open = declaration.indexOf('(');
    String name = declaration.substring(0, open);
    List<String> types = new ArrayList<>();
    List<Argument> arguments = new ArrayList<>();
    for (String argument :
        declaration.substring(open + 1, declaration.length() - 1).split(", ", -1)) {
      List<String> words = List.of(argument.split(" ", -1));
      types.add(words.getFirst());
      arguments.add(new Argument(AbiType.of(words.getFirst()), words.contains("indexed")));
    }
    String signature = types.stream().collect(joining(",", name + "(", ")"));
    return new Abi(EventEncoder.buildEventSignature(signature), name, arguments);
  }

  /**
   * The values of a log's arguments, each as its type is read.
   *
   * @throws IllegalArgumentException where the log has not this form
   */
  List<Object> values(RawLog log) {
    long indexed = arguments.stream().filter(Argument::indexed).count();
    if (log.topics().size() != 1 + indexed) {
      throw new IllegalArgumentException(
          "expected %d indexed arguments, found %d".formatted(indexed, log.topics().size() - 1));
    }
    AbiData data = AbiData.ofHex(log.data());
    List<Object> values = new ArrayList<>(arguments.size());
    int topic = 1;
    int at = 0;
    for (Argument argument : arguments) {
      if (argument.indexed()) {
        values.add(argument.type().read(word(log.topics().get(topic)), 0));
        topic++;
      } else {
        values.add(argument.type().read(data, at));
        at += AbiData.WORD;
      }
    }
    return values;
  }

  private static AbiData word(String topic) {
    if (topic.length() != 2 + 2 * AbiData.WORD) {
      throw new IllegalArgumentException(
          "expected a topic of %d bytes, found %d characters"
              .formatted(AbiData.WORD, topic.length()));
    }
    return AbiData.ofHex(topic);
  }
}
