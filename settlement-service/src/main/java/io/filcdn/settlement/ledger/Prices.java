package io.filcdn.settlement.ledger;

import io.filcdn.common.network.Network;
import io.filcdn.settlement.model.PriceList;
import jakarta.enterprise.context.ApplicationScoped;

/** The prices in force: the network file's, until the chain was asked. */
@ApplicationScoped
public class Prices {

  private volatile PriceList inForce;
  private volatile boolean disputed;

  Prices(Network network) {
    this.inForce = new PriceList(network.rates(), network.rates());
  }

  /** The prices to reckon with now. */
  public PriceList inForce() {
    return inForce;
  }

  /** True where the prices' sources differ, so that bytes may cost less. */
  public boolean disputed() {
    return disputed;
  }

  /** Puts other prices in force. */
  public void put(PriceList prices, boolean areDisputed) {
    inForce = prices;
    disputed = areDisputed;
  }
}
