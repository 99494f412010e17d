package io.filcdn.settlement.guard;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.contracts.StateView;
import io.filcdn.settlement.ledger.PriceList;
import io.filcdn.settlement.ledger.Prices;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The prices by which grants become bytes, as the chain has them: the state view's price list, or
 * where there is none, the network file. Where sources differ, an alarm tells, and the highest
 * price of each counts: what one of them does not pay for is not reported.
 */
@ApplicationScoped
public class PriceCheck {

  private static final int BITS_OF_A_TIB = 40;

  private final Network network;
  private final StateView stateView;
  private final OperatorContract operator;
  private final Prices prices;
  private final Alarms alarms;

  /** They never change, so that each is asked once. */
  private final Map<Address, Optional<OperatorContract.Rates>> ratesBefore =
      new ConcurrentHashMap<>();

  private volatile Optional<String> objection = Optional.empty();

  PriceCheck(
      Network network,
      StateView stateView,
      OperatorContract operator,
      Prices prices,
      Alarms alarms) {
    this.network = network;
    this.stateView = stateView;
    this.operator = operator;
    this.prices = prices;
    this.alarms = alarms;
  }

  /** What differs, in one line; empty where nothing did at the last look. */
  public Optional<String> objection() {
    return objection;
  }

  /**
   * Looks again, and puts into force what is found.
   *
   * @throws io.filcdn.settlement.contracts.NodeException where no node answers; the prices in force
   *     stay
   */
  public void look() {
    Network.Rates file = network.rates();
    Optional<Network.Rates> listed = stateView.prices();
    OperatorContract.Rates charged = operator.rates();
    Network.Rates now = listed.map(list -> highest(list, file)).orElse(file);
    Optional<String> found = difference(listed, charged);
    if (found.isPresent() && !found.equals(objection)) {
      alarms.raise(Alarm.PRICE_MISMATCH, found.get());
    }
    objection = found;
    prices.put(new PriceList(now, past(charged, now)));
  }

  private Optional<String> difference(
      Optional<Network.Rates> listed, OperatorContract.Rates charged) {
    Network.Rates file = network.rates();
    List<String> differences = new ArrayList<>();
    listed
        .filter(list -> !list.equals(file))
        .ifPresent(
            list ->
                differences.add(
                    "the price list has %s cdn and %s cache-miss"
                        .formatted(list.cdnPerTib(), list.cacheMissPerTib())));
    if (!perByte(file).equals(charged)) {
      differences.add(
          "the operator contract charges %s and %s for a byte"
              .formatted(charged.cdnPerByte(), charged.cacheMissPerByte()));
    }
    return differences.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "expected %s cdn and %s cache-miss for a TiB, as the network file has it, found that %s: the highest counts; put the file's rates right"
                .formatted(
                    file.cdnPerTib(), file.cacheMissPerTib(), String.join(", and ", differences)));
  }

  /** The highest price of each operator contract that was in office before; else today's. */
  private Network.Rates past(OperatorContract.Rates charged, Network.Rates now) {
    List<OperatorContract.Rates> before =
        network.operators().stream()
            .map(Network.Operator::address)
            .filter(address -> !address.equals(network.contracts().filBeamOperator()))
            .map(address -> ratesBefore.computeIfAbsent(address, operator::ratesOf))
            .flatMap(Optional::stream)
            .toList();
    return new Network.Rates(
        past(before, OperatorContract.Rates::cdnPerByte, charged, now.cdnPerTib()),
        past(before, OperatorContract.Rates::cacheMissPerByte, charged, now.cacheMissPerTib()));
  }

  /** A rate per byte is rounded down: where it did not change, today's price is the exact one. */
  private static TokenAmount past(
      List<OperatorContract.Rates> before,
      Function<OperatorContract.Rates, BigInteger> kind,
      OperatorContract.Rates charged,
      TokenAmount now) {
    return before.stream()
        .map(kind)
        .max(Comparator.naturalOrder())
        .filter(highest -> !highest.equals(kind.apply(charged)))
        .map(highest -> new TokenAmount(highest.shiftLeft(BITS_OF_A_TIB)))
        .orElse(now);
  }

  private static Network.Rates highest(Network.Rates one, Network.Rates other) {
    return new Network.Rates(
        highest(one.cdnPerTib(), other.cdnPerTib()),
        highest(one.cacheMissPerTib(), other.cacheMissPerTib()));
  }

  private static TokenAmount highest(TokenAmount one, TokenAmount other) {
    return Stream.of(one, other).max(Comparator.naturalOrder()).orElseThrow();
  }

  private static OperatorContract.Rates perByte(Network.Rates rates) {
    return new OperatorContract.Rates(
        rates.cdnPerTib().units().shiftRight(BITS_OF_A_TIB),
        rates.cacheMissPerTib().units().shiftRight(BITS_OF_A_TIB));
  }
}
