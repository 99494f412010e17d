package io.filcdn.indexer.logs;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import org.web3j.abi.EventEncoder;
import org.web3j.abi.TypeReference;
import org.web3j.abi.datatypes.Address;
import org.web3j.abi.datatypes.Bool;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.DynamicStruct;
import org.web3j.abi.datatypes.Event;
import org.web3j.abi.datatypes.Utf8String;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.abi.datatypes.generated.Uint8;

/**
 * The form of an event.
 *
 * @param topic the hash of its signature, which is the first topic of its logs
 * @param event its arguments in the contract's order
 */
record Abi(String topic, Event event) {

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
    List<TypeReference<?>> arguments = new ArrayList<>();
    for (String argument :
        declaration.substring(open + 1, declaration.length() - 1).split(", ", -1)) {
      List<String> words = List.of(argument.split(" ", -1));
      types.add(words.getFirst());
      arguments.add(type(words.getFirst(), words.contains("indexed")));
    }
    String signature = types.stream().collect(joining(",", name + "(", ")"));
    return new Abi(EventEncoder.buildEventSignature(signature), new Event(name, arguments));
  }

  String name() {
    return event.getName();
  }

  private static TypeReference<?> type(String type, boolean indexed) {
    return switch (type) {
      case "uint256" -> TypeReference.create(Uint256.class, indexed);
      case "uint8" -> TypeReference.create(Uint8.class, indexed);
      case "bool" -> TypeReference.create(Bool.class, indexed);
      case "address" -> TypeReference.create(Address.class, indexed);
      case "uint256[]" -> new TypeReference<DynamicArray<Uint256>>(indexed) {};
      case "string[]" -> new TypeReference<DynamicArray<Utf8String>>(indexed) {};
      case "bytes[]" -> new TypeReference<DynamicArray<DynamicBytes>>(indexed) {};
      case "(bytes)" ->
          new TypeReference<DynamicStruct>(
              indexed, List.of(TypeReference.create(DynamicBytes.class))) {};
      default ->
          throw new IllegalArgumentException("expected a known type, found \"" + type + "\"");
    };
  }
}
