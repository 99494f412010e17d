package io.filcdn.settlement.guard;

import io.filcdn.common.network.Network;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.contracts.StateView;
import io.filcdn.settlement.ledger.Prices;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/**
 * The check of the prices by which grants become bytes: it asks the chain for them, and raises an
 * alarm where its sources and the network file differ.
 */
@ApplicationScoped
public class PriceCheck {

  private final Network network;
  private final StateView stateView;
  private final OperatorContract operator;
  private final Prices prices;
  private final Alarms alarms;

  private volatile Optional<String> difference = Optional.empty();

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

  /** The difference, in one line; empty where there was none at the last look. */
  public Optional<String> difference() {
    return difference;
  }

  /**
   * Looks again, and puts into force what is found.
   *
   * @throws io.filcdn.settlement.contracts.NodeException where no node answers; the prices in force
   *     stay
   */
  public void look() {
    PriceSources sources =
        new PriceSources(network.rates(), stateView.prices(), operator.rates(), before());
    Optional<String> found = sources.difference();
    if (found.isPresent() && !found.equals(difference)) {
      alarms.raise(Alarm.PRICE_MISMATCH, found.get());
    }
    difference = found;
    prices.put(sources.inForce(), found.isPresent());
  }

  private List<OperatorContract.Rates> before() {
    return network.operators().stream()
        .map(Network.Operator::address)
        .filter(address -> !address.equals(network.contracts().filBeamOperator()))
        .map(operator::ratesOf)
        .flatMap(Optional::stream)
        .toList();
  }
}
