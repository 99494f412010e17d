package io.filcdn.settlement.guard;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.model.PriceList;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The places that say what bytes cost.
 *
 * @param file the network file
 * @param listed FWSS's price list, where it has one
 * @param charged the operator contract in office
 * @param before the operator contracts that were in office before
 */
record PriceSources(
    Network.Rates file,
    Optional<Network.Rates> listed,
    OperatorContract.Rates charged,
    List<OperatorContract.Rates> before) {

  private static final int BITS_OF_A_TIB = 40;

  /** The prices to reckon with: those that all agree on, or the highest of each kind. */
  PriceList inForce() {
    Network.Rates now =
        new Network.Rates(
            highest(Network.Rates::cdnPerTib, charged.cdnPerByte()),
            highest(Network.Rates::cacheMissPerTib, charged.cacheMissPerByte()));
    return new PriceList(
        now,
        new Network.Rates(
            past(OperatorContract.Rates::cdnPerByte, now.cdnPerTib()),
            past(OperatorContract.Rates::cacheMissPerByte, now.cacheMissPerTib())));
  }

  /** The difference from the network file, in one line; empty where there is none. */
  Optional<String> difference() {
    List<String> found = new ArrayList<>();
    listed
        .filter(list -> !list.equals(file))
        .ifPresent(
            list ->
                found.add(
                    "the price list has %s cdn and %s cache-miss"
                        .formatted(list.cdnPerTib(), list.cacheMissPerTib())));
    if (!perByte(file).equals(charged)) {
      found.add(
          "the operator contract charges %s and %s for a byte"
              .formatted(charged.cdnPerByte(), charged.cacheMissPerByte()));
    }
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "expected %s cdn and %s cache-miss for a TiB, as the network file has it, found that %s: the highest counts; put the file's rates right"
                .formatted(file.cdnPerTib(), file.cacheMissPerTib(), String.join(", and ", found)));
  }

  /** A rate per byte is rounded down, so that it is never the highest where all agree. */
  private TokenAmount highest(Function<Network.Rates, TokenAmount> kind, BigInteger perByte) {
    return Stream.concat(Stream.of(kind.apply(file), ofATib(perByte)), listed.map(kind).stream())
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  private static TokenAmount ofATib(BigInteger perByte) {
    return new TokenAmount(perByte.shiftLeft(BITS_OF_A_TIB));
  }

  /**
   * The highest price that one of them charged. A rate per byte is rounded down: where it did not
   * change, today's price is the exact one.
   */
  private TokenAmount past(Function<OperatorContract.Rates, BigInteger> kind, TokenAmount now) {
    return before.stream()
        .map(kind)
        .max(Comparator.naturalOrder())
        .filter(highest -> !highest.equals(kind.apply(charged)))
        .map(PriceSources::ofATib)
        .orElse(now);
  }

  private static OperatorContract.Rates perByte(Network.Rates rates) {
    return new OperatorContract.Rates(
        rates.cdnPerTib().units().shiftRight(BITS_OF_A_TIB),
        rates.cacheMissPerTib().units().shiftRight(BITS_OF_A_TIB));
  }
}
