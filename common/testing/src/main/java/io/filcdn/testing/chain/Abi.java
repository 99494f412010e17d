package io.filcdn.testing.chain;

import io.filcdn.chain.abi.AbiFunction;
import io.filcdn.chain.abi.AbiSignature;
import io.filcdn.chain.abi.AbiType;
import java.util.List;

/** Calls and answers of contracts, by Solidity's spelling of their signatures and types. */
final class Abi {
  private Abi() {}

  /** The first topic of an event's logs. */
  static String topic0(String signature) {
    return AbiSignature.of(signature).hash();
  }

  /** A call's data. */
  static String encode(String signature, Object... arguments) {
    return AbiFunction.of(signature).call(arguments);
  }

  /**
   * Arguments in the ABI's encoding.
   *
   * @param types in parentheses
   */
  static byte[] encodeArguments(String types, Object... arguments) {
    return AbiType.of(types).write(List.of(arguments));
  }

  /** An answer of these types; a static tuple is given as its fields. */
  static List<Object> decode(String hex, List<String> types) {
    return AbiType.Tuple.of("(" + String.join(",", types) + ")").decode(hex);
  }

  /** A list of CIDs as the contracts take them: structs of one bytes field. */
  static List<List<byte[]>> cids(List<byte[]> values) {
    return values.stream().map(List::of).toList();
  }
}
