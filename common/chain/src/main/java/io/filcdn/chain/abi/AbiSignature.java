package io.filcdn.chain.abi;

import java.util.List;
import org.web3j.crypto.Hash;

/** The name and the parameters' types that an event, error or function is called by. */
public record AbiSignature(String name, List<AbiParameter> parameters) {

  private static final int SELECTOR_CHARACTERS = 10;

  public AbiSignature {
    parameters = List.copyOf(parameters);
  }

  /** The signature that Solidity spells like this, such as {@code mint(address,uint256)}. */
  public static AbiSignature of(String text) {
    int open = text.indexOf('(');
    if (open < 0 || !(AbiType.of(text.substring(open)) instanceof AbiType.Tuple(var types))) {
      throw new IllegalArgumentException(
          "expected a signature like mint(address,uint256), found " + text);
    }
    return new AbiSignature(
        text.substring(0, open),
        types.stream().map(type -> new AbiParameter("", type, false)).toList());
  }

  /** The type of all parameters together. */
  AbiType.Tuple type() {
    return new AbiType.Tuple(parameters.stream().map(AbiParameter::type).toList());
  }

  /** The Keccak-256 hash, in hex with {@code 0x}: the first topic of an event's logs. */
  public String hash() {
    return Hash.sha3String(toString());
  }

  /** The first four bytes of the hash, with which calls and errors begin. */
  public String selector() {
    return hash().substring(0, SELECTOR_CHARACTERS);
  }

  /** The spelling that is hashed. */
  @Override
  public String toString() {
    return name + type();
  }
}
