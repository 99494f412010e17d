package io.filcdn.chain.abi;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The form of a function.
 *
 * @param results what it returns; a single struct stands as its members
 */
public record AbiFunction(AbiSignature signature, List<AbiParameter> results, boolean isStruct) {

  public AbiFunction {
    results = List.copyOf(results);
  }

  /** A function by its signature alone. */
  public static AbiFunction of(String signature) {
    return new AbiFunction(AbiSignature.of(signature), List.of(), false);
  }

  /**
   * The data of a call, in hex with {@code 0x}: selector and arguments.
   *
   * @throws IllegalArgumentException where the arguments are not of the parameters' types
   */
  public String call(Object... arguments) {
    return signature.selector()
        + HexFormat.of().formatHex(signature.type().write(List.of(arguments)));
  }

  /**
   * The values that a call returned; empty where the data is shorter than the results, as no
   * contract with such a function lives there. More than the results may follow: newer versions
   * return more.
   *
   * @param data in hex with {@code 0x}
   * @throws IllegalArgumentException where the data has not this form
   */
  public Optional<AbiValues> returned(String data) {
    AbiData words = AbiData.ofHex(data);
    boolean isElsewhere = isStruct && type().isDynamic();
    if (!words.holds(isElsewhere ? AbiData.WORD : headSize())) {
      return Optional.empty();
    }
    return Optional.of(AbiValues.read(results, isElsewhere ? words.behind(0) : words));
  }

  private AbiType.Tuple type() {
    return new AbiType.Tuple(results.stream().map(AbiParameter::type).toList());
  }

  private int headSize() {
    return results.stream().mapToInt(result -> result.type().headSize()).sum();
  }

  @Override
  public String toString() {
    return signature.toString();
  }
}
