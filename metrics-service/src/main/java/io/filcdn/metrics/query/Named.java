package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import jakarta.ws.rs.NotFoundException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whom a path names. A data set's id is a number of the current generation, or {@code
 * generation/number}; what cannot be an id is as unknown as one that nobody has.
 */
final class Named {

  private static final int MOST_SHOWN = 100;

  private Named() {}

  static Optional<DataSetId> dataSet(String text, Network network) {
    return parsed(id -> DataSetId.of(id, network.generation()), text);
  }

  static Optional<Address> payer(String text) {
    return parsed(Address::of, text);
  }

  /** A provider, by its number in the current generation or with a generation. */
  static ProviderId provider(String text, Network network) {
    return Values.parsed(
        ProviderId::of, text.indexOf('/') < 0 ? network.generation() + "/" + text : text);
  }

  static NotFoundException unknown(String what, String text) {
    return new NotFoundException(
        "the %s %s is unknown".formatted(what, Values.shown(text, MOST_SHOWN)));
  }

  private static <T> Optional<T> parsed(Function<String, T> parse, String text) {
    try {
      return Optional.of(parse.apply(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
