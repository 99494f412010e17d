package io.filcdn.chain.abi;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** The values of an event, error or result by the names that the contract gives them. */
public final class AbiValues {

  private final List<AbiParameter> parameters;
  private final List<Object> values;

  AbiValues(List<AbiParameter> parameters, List<Object> values) {
    this.parameters = parameters;
    this.values = values;
  }

  /**
   * The values whose heads stand one behind the other at the begin of {@code data}.
   *
   * @throws IllegalArgumentException where the data does not hold them
   */
  static AbiValues read(List<AbiParameter> parameters, AbiData data) {
    List<Object> values = new ArrayList<>(parameters.size());
    int at = 0;
    for (AbiParameter parameter : parameters) {
      values.add(parameter.type().read(data, at));
      at += parameter.type().headSize();
    }
    return new AbiValues(parameters, values);
  }

  /** The values in the contract's order. */
  public List<Object> all() {
    return List.copyOf(values);
  }

  /**
   * A value, as its {@link AbiType} tells.
   *
   * @throws IllegalArgumentException where none has the name
   */
  public Object get(String name) {
    for (int i = 0; i < values.size(); i++) {
      if (parameters.get(i).name().equals(name)) {
        return values.get(i);
      }
    }
    throw new IllegalArgumentException(
        "expected one of %s, found \"%s\"".formatted(parameters, name));
  }

  /** An unsigned integer. */
  public BigInteger number(String name) {
    return (BigInteger) get(name);
  }

  /** A number that is a long wherever it is right; larger ones become the largest long. */
  public long capped(String name) {
    return number(name).min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
  }

  /** A text, or an address as {@code 0x} and hex digits. */
  public String text(String name) {
    return (String) get(name);
  }

  /** Bytes, of a fixed number or not; not copied. */
  public byte[] bytes(String name) {
    return (byte[]) get(name);
  }

  /** The elements of an array, or the members of a tuple. */
  public List<?> list(String name) {
    return (List<?>) get(name);
  }
}
