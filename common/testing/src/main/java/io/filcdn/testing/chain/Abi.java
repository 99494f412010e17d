package io.filcdn.testing.chain;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.FunctionReturnDecoder;
import org.web3j.abi.TypeReference;
import org.web3j.abi.datatypes.Address;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.DynamicStruct;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.Utf8String;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.abi.datatypes.generated.Uint8;
import org.web3j.crypto.Hash;

/** The words in which contracts are spoken to: Java values to and from the Solidity ABI. */
final class Abi {
  private Abi() {}

  /** The topic or, cut to four bytes, the selector of a canonical signature, in hex with 0x. */
  static String topic0(String signature) {
    return Hash.sha3String(signature);
  }

  static String selector(String signature) {
    return topic0(signature).substring(0, 10);
  }

  /** A call's data. */
  static String encode(String signature, Type<?>... arguments) {
    return FunctionEncoder.encode(selector(signature), raw(arguments));
  }

  /** What abi.encode makes of the arguments, in hex without 0x. */
  static String encodeArguments(Type<?>... arguments) {
    return FunctionEncoder.encodeConstructor(raw(arguments));
  }

  /**
   * Reads an answer of these types, given as Solidity names; a static tuple is given as its fields.
   */
  @SuppressWarnings("rawtypes") // web3j speaks of Type without its parameter
  static List<Object> decode(String hex, List<String> types) {
    List<TypeReference<Type>> references = new ArrayList<>();
    for (String type : types) {
      references.add(reference(type));
    }
    List<Object> values = new ArrayList<>();
    for (Type<?> decoded : FunctionReturnDecoder.decode(hex, references)) {
      values.add(plain(decoded));
    }
    return values;
  }

  static Uint256 uint(long value) {
    return new Uint256(value);
  }

  static Uint256 uint(BigInteger value) {
    return new Uint256(value);
  }

  static Uint8 uint8(int value) {
    return new Uint8(value);
  }

  static Address address(String value) {
    return new Address(value);
  }

  static Utf8String text(String value) {
    return new Utf8String(value);
  }

  static DynamicBytes bytes(byte[] value) {
    return new DynamicBytes(value);
  }

  static DynamicArray<Uint256> uints(List<BigInteger> values) {
    return new DynamicArray<>(Uint256.class, values.stream().map(Uint256::new).toList());
  }

  static DynamicArray<Utf8String> texts(List<String> values) {
    return new DynamicArray<>(Utf8String.class, values.stream().map(Utf8String::new).toList());
  }

  static DynamicArray<DynamicBytes> bytesList(List<byte[]> values) {
    return new DynamicArray<>(DynamicBytes.class, values.stream().map(DynamicBytes::new).toList());
  }

  /** A list of CIDs as the contracts take them: structs of one bytes field. */
  static DynamicArray<Cid> cids(List<byte[]> values) {
    return new DynamicArray<>(Cid.class, values.stream().map(Cid::new).toList());
  }

  /** The struct (bytes data). */
  static final class Cid extends DynamicStruct {
    Cid(byte[] value) {
      super(new DynamicBytes(value));
    }
  }

  @SuppressWarnings({"rawtypes", "unchecked"})
  private static TypeReference<Type> reference(String type) {
    try {
      return (TypeReference<Type>) TypeReference.makeTypeReference(type);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("web3j knows no type " + type, e);
    }
  }

  @SuppressWarnings("rawtypes")
  private static List<Type> raw(Type<?>... arguments) {
    return List.<Type>of(arguments);
  }

  /** BigInteger, Boolean, String, byte[], or a list of these; addresses in lower case. */
  private static Object plain(Type<?> value) {
    return switch (value) {
      case Address address -> address.getValue().toLowerCase(Locale.ROOT);
      case DynamicArray<?> array -> {
        List<Object> items = new ArrayList<>();
        for (Type<?> item : array.getValue()) {
          items.add(plain(item));
        }
        yield List.copyOf(items);
      }
      default -> value.getValue();
    };
  }
}
