package io.filcdn.common.payment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.chain.Address;

/**
 * The id of a storage provider within one generation: its number in the ServiceProviderRegistry
 * ({@code fwss/3}), or its address where the contract knew no numbers ({@code pandora/0x…}).
 *
 * @param local the number in decimal, or the address
 */
public record ProviderId(Generation generation, String local) {

  public ProviderId {
    switch (generation) {
      case FWSS -> Decimal.parse(local, "a provider number");
      case PANDORA -> {
        if (!Address.of(local).hex().equals(local)) {
          throw new IllegalArgumentException("expected a lower-case address, found " + local);
        }
      }
    }
  }

  /** The provider of that number in the ServiceProviderRegistry. */
  public static ProviderId fwss(long number) {
    return new ProviderId(Generation.FWSS, Long.toString(number));
  }

  /** The provider that pandora knew by this address. */
  public static ProviderId pandora(Address address) {
    return new ProviderId(Generation.PANDORA, address.hex());
  }

  /**
   * Reads {@code generation/number} or {@code generation/address}.
   *
   * @throws IllegalArgumentException where the text has another form
   */
  @JsonCreator
  public static ProviderId of(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "expected a provider id like fwss/3, found \"%s\"".formatted(text));
    }
    return new ProviderId(Generation.of(text.substring(0, slash)), text.substring(slash + 1));
  }

  @JsonValue
  @Override
  public String toString() {
    return generation + "/" + local;
  }
}
