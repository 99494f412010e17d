package io.filcdn.settlement.monitoring;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.guard.PriceCheck;
import io.filcdn.settlement.signing.OperatorKey;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import org.jboss.logging.Logger;

/** The gauges of what the chain says: the operator's balance, and whether its prices differ. */
@Singleton
final class ChainGauges {

  private static final Logger LOG = Logger.getLogger(ChainGauges.class);
  private static final int COIN_DECIMALS = 18;

  private final Gauges gauges;
  private final PriceCheck priceCheck;
  private final Node node;
  private final OperatorKey key;
  private final Alarms alarms;
  private final BalanceConfig config;

  /** Only read and written by the thread that samples. */
  private boolean wasLow;

  ChainGauges(
      Gauges gauges,
      PriceCheck priceCheck,
      Node node,
      OperatorKey key,
      Alarms alarms,
      BalanceConfig config) {
    this.gauges = gauges;
    this.priceCheck = priceCheck;
    this.node = node;
    this.key = key;
    this.alarms = alarms;
    this.config = config;
  }

  /** Reads all of them anew. */
  void sample() {
    gauges.set("prices.differ", priceCheck.difference().isPresent() ? 1 : 0);
    try {
      BigDecimal balance = new BigDecimal(node.balance(key.address()).units(), COIN_DECIMALS);
      gauges.set("operator.balance.fil", balance.doubleValue());
      alarmIfLow(balance);
    } catch (NodeException e) {
      LOG.debugf("the operator's balance cannot be read: %s", e.getMessage());
    }
  }

  private void alarmIfLow(BigDecimal balance) {
    boolean isLow = balance.compareTo(config.low()) < 0;
    if (isLow && !wasLow) {
      alarms.raise(
          Alarm.LOW_BALANCE,
          "expected %s to have at least %s FIL for gas, found %s: send it FIL"
              .formatted(key.address(), config.low(), balance));
    }
    wasLow = isLow;
  }
}
