package io.filcdn.chain.abi;

import static java.util.stream.Collectors.joining;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A type of the contract ABI, with the Java values that stand for its own: a {@link BigInteger} for
 * an unsigned integer (any {@link Number} where one is written), a {@link Boolean}, a {@link
 * String} for text and, as {@code 0x} and hex digits, for an address, a byte array, and lists for
 * arrays and tuples.
 */
public sealed interface AbiType {

  /** An unsigned integer of up to {@code bits} bits. */
  record Uint(int bits) implements AbiType {
    @Override
    public String toString() {
      return "uint" + bits;
    }
  }

  /** A truth value. */
  record Bool() implements AbiType {
    @Override
    public String toString() {
      return "bool";
    }
  }

  /** The address of an account or contract. */
  record Address() implements AbiType {
    @Override
    public String toString() {
      return "address";
    }
  }

  /** Bytes of any number. */
  record Bytes() implements AbiType {
    @Override
    public String toString() {
      return "bytes";
    }
  }

  /** Text in UTF-8. */
  record Text() implements AbiType {
    @Override
    public String toString() {
      return "string";
    }
  }

  /** Bytes of a fixed number, up to a word. */
  record FixedBytes(int length) implements AbiType {
    @Override
    public String toString() {
      return "bytes" + length;
    }
  }

  /** An array of any length. */
  record Array(AbiType element) implements AbiType {
    @Override
    public String toString() {
      return element + "[]";
    }
  }

  /** A struct, or the arguments of a call. */
  record Tuple(List<AbiType> members) implements AbiType {
    public Tuple {
      members = List.copyOf(members);
    }

    /** The types in parentheses. */
    public static Tuple of(String solidity) {
      return (Tuple) AbiType.of(solidity);
    }

    /**
     * The values whose heads stand at the begin of the data.
     *
     * @throws IllegalArgumentException where the data does not hold them
     */
    public List<Object> decode(String hex) {
      return readAll(members, AbiData.ofHex(hex), 0);
    }

    @Override
    public String toString() {
      return members.stream().map(AbiType::toString).collect(joining(",", "(", ")"));
    }
  }

  /**
   * The type that Solidity spells like this; a struct is its members' types in parentheses.
   *
   * @throws IllegalArgumentException where it is none that is known here
   */
  static AbiType of(String solidity) {
    if (solidity.endsWith("[]")) {
      return new Array(of(solidity.substring(0, solidity.length() - 2)));
    }
    if (solidity.startsWith("(") && solidity.endsWith(")")) {
      return new Tuple(members(solidity.substring(1, solidity.length() - 1)));
    }
    if (solidity.matches("uint[1-9]\\d{0,2}")) {
      return new Uint(Integer.parseInt(solidity, 4, solidity.length(), 10));
    }
    if (solidity.matches("bytes[1-9]\\d?")) {
      return new FixedBytes(Integer.parseInt(solidity, 5, solidity.length(), 10));
    }
    return switch (solidity) {
      case "bool" -> new Bool();
      case "address" -> new Address();
      case "bytes" -> new Bytes();
      case "string" -> new Text();
      default ->
          throw new IllegalArgumentException("expected a known type, found \"" + solidity + "\"");
    };
  }

  /** The types between the commas that no inner parentheses hold. */
  private static List<AbiType> members(String solidity) {
    List<AbiType> members = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < solidity.length(); i++) {
      char c = solidity.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == ',' && depth == 0) {
        members.add(of(solidity.substring(from, i)));
        from = i + 1;
      }
    }
    if (!solidity.isEmpty()) {
      members.add(of(solidity.substring(from)));
    }
    return members;
  }

  /** True where a word tells the place of the value, instead of being it. */
  default boolean isDynamic() {
    return switch (this) {
      case Uint _, FixedBytes _, Bool _, Address _ -> false;
      case Bytes _, Text _, Array _ -> true;
      case Tuple(List<AbiType> members) -> members.stream().anyMatch(AbiType::isDynamic);
    };
  }

  /** The number of bytes that the value, or the word that tells its place, takes among others. */
  default int headSize() {
    return this instanceof Tuple(List<AbiType> members) && !isDynamic()
        ? members.stream().mapToInt(AbiType::headSize).sum()
        : AbiData.WORD;
  }

  /**
   * The value whose head stands at {@code at}.
   *
   * @throws IllegalArgumentException where the data does not hold one
   */
  default Object read(AbiData data, int at) {
    return switch (this) {
      case Uint _ -> data.number(at);
      case FixedBytes(int length) -> data.fixed(at, length);
      case Bool _ -> data.flag(at);
      case Address _ -> data.address(at);
      case Bytes _ -> data.bytes(at);
      case Text _ -> data.text(at);
      case Array(AbiType element) -> data.array(at, element.headSize(), element::read);
      case Tuple(List<AbiType> members) ->
          isDynamic() ? readAll(members, data.behind(at), 0) : readAll(members, data, at);
    };
  }

  /** The values of types whose heads stand one behind the other from {@code at} on. */
  private static List<Object> readAll(List<AbiType> types, AbiData data, int at) {
    List<Object> values = new ArrayList<>(types.size());
    int next = at;
    for (AbiType type : types) {
      values.add(type.read(data, next));
      next += type.headSize();
    }
    return values;
  }

  /**
   * The value in the ABI's encoding, without the word that tells its place.
   *
   * @throws IllegalArgumentException where it is no value of the type
   */
  default byte[] write(Object value) {
    return switch (this) {
      case Uint(int bits) when value instanceof Number number -> word(number, bits);
      case FixedBytes(int length) when value instanceof byte[] bytes && bytes.length == length ->
          Arrays.copyOf(bytes, AbiData.WORD);
      case Bool _ when value instanceof Boolean flag -> word(flag ? 1 : 0, 1);
      case Address _ when value instanceof String hex && hex.matches("0x[0-9a-fA-F]{40}") ->
          word(new BigInteger(hex.substring(2), 16), 160);
      case Bytes _ when value instanceof byte[] bytes -> padded(bytes);
      case Text _ when value instanceof String text ->
          padded(text.getBytes(StandardCharsets.UTF_8));
      case Array(AbiType element) when value instanceof List<?> list ->
          joined(
              word(list.size(), Integer.SIZE),
              writeAll(list.stream().map(_ -> element).toList(), list));
      case Tuple(List<AbiType> members) when value instanceof List<?> list ->
          writeAll(members, list);
      default ->
          throw new IllegalArgumentException(
              "expected a value for %s, found %s".formatted(this, value));
    };
  }

  /** Heads, then what they tell the places of. */
  private static byte[] writeAll(List<AbiType> types, List<?> values) {
    if (types.size() != values.size()) {
      throw new IllegalArgumentException(
          "expected %d values for %s, found %d".formatted(types.size(), types, values.size()));
    }
    int place = types.stream().mapToInt(AbiType::headSize).sum();
    ByteArrayOutputStream heads = new ByteArrayOutputStream();
    ByteArrayOutputStream tails = new ByteArrayOutputStream();
    for (int i = 0; i < types.size(); i++) {
      byte[] written = types.get(i).write(values.get(i));
      if (types.get(i).isDynamic()) {
        heads.writeBytes(word(place + tails.size(), Integer.SIZE));
        tails.writeBytes(written);
      } else {
        heads.writeBytes(written);
      }
    }
    return joined(heads.toByteArray(), tails.toByteArray());
  }

  private static byte[] padded(byte[] bytes) {
    int words = Math.ceilDiv(bytes.length, AbiData.WORD);
    return joined(word(bytes.length, Integer.SIZE), Arrays.copyOf(bytes, words * AbiData.WORD));
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] word(Number number, int bits) {
    BigInteger value =
        number instanceof BigInteger big ? big : BigInteger.valueOf(number.longValue());
    if (value.signum() < 0 || value.bitLength() > bits) {
      throw new IllegalArgumentException("expected a uint%d, found %s".formatted(bits, value));
    }
    return HexFormat.of().parseHex("%064x".formatted(value));
  }
}
