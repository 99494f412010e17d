package io.filcdn.settlement.contracts;

import io.filcdn.chain.abi.AbiFunction;
import io.filcdn.chain.abi.ContractAbi;
import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** FWSS's state view: which data sets there are, and what bytes cost. */
@Singleton
public final class StateView {

  private static final AbiFunction GET_DATA_SET = ContractAbi.STATE_VIEW.function("getDataSet");
  private static final AbiFunction GET_PRICE_LIST = ContractAbi.STATE_VIEW.function("getPriceList");

  private final Node node;
  private final Address address;

  StateView(Node node, Network network) {
    this.node = node;
    this.address = network.contracts().stateView();
  }

  /**
   * The presence of each of {@code dataSets}, true where it is still there, in the same order:
   * deletion leaves zeros.
   */
  public List<Boolean> exist(List<DataSetId> dataSets) {
    List<Call> calls =
        dataSets.stream().map(dataSet -> Call.view(address, encodeDataSet(dataSet))).toList();
    return node.callAll(calls).stream().map(StateView::exists).toList();
  }

  static String encodeDataSet(DataSetId dataSet) {
    return GET_DATA_SET.call(dataSet.number());
  }

  private static boolean exists(CallResult result) {
    return result.returned(GET_DATA_SET).number("pdpRailId").signum() > 0;
  }

  /**
   * The price list's prices of egress per TiB; empty where the contract has none: FWSS knows it
   * since 1.3.1.
   */
  public Optional<Network.Rates> prices() {
    return pricesOf(node.call(Call.view(address, GET_PRICE_LIST.call())));
  }

  static Optional<Network.Rates> pricesOf(CallResult result) {
    return result
        .returnedIfAny(GET_PRICE_LIST)
        .map(
            prices ->
                new Network.Rates(
                    new TokenAmount(prices.number("cdnEgressPerTib")),
                    new TokenAmount(prices.number("cacheMissEgressPerTib"))))
        .filter(
            rates ->
                !rates.cdnPerTib().equals(TokenAmount.ZERO)
                    && !rates.cacheMissPerTib().equals(TokenAmount.ZERO));
  }
}
