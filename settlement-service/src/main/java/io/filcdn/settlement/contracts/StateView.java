package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** FWSS's state view: which data sets there are, and what bytes cost. */
@Singleton
public final class StateView {

  private static final int PDP_RAIL = 0;
  private static final int CDN_PER_TIB = 3;
  private static final int CACHE_MISS_PER_TIB = 4;

  private final Node node;
  private final Address address;

  StateView(Node node, Network network) {
    this.node = node;
    this.address = network.contracts().stateView();
  }

  /** Whether each of {@code dataSets} is still there, in the same order: deletion leaves zeros. */
  public List<Boolean> exist(List<DataSetId> dataSets) {
    List<Call> calls =
        dataSets.stream().map(dataSet -> Call.view(address, encodeDataSet(dataSet))).toList();
    return node.callAll(calls).stream().map(StateView::exists).toList();
  }

  static String encodeDataSet(DataSetId dataSet) {
    return Abi.call("getDataSet", Abi.number(dataSet.number()));
  }

  private static boolean exists(CallResult result) {
    return Abi.unsigned(Abi.words(result.returned(), PDP_RAIL + 1).get(PDP_RAIL)).signum() > 0;
  }

  /**
   * The price list's prices of egress per TiB; empty where the contract has none: FWSS knows it
   * since 1.3.1.
   */
  public Optional<Network.Rates> prices() {
    return switch (node.call(Call.view(address, Abi.call("getPriceList")))) {
      case CallResult.Reverted _ -> Optional.empty();
      case CallResult.Returned(String data) -> pricesOf(data);
    };
  }

  static Optional<Network.Rates> pricesOf(String data) {
    if (!Abi.hasWords(data, CACHE_MISS_PER_TIB + 1)) {
      return Optional.empty();
    }
    List<String> words = Abi.words(data, CACHE_MISS_PER_TIB + 1);
    BigInteger cdn = Abi.unsigned(words.get(CDN_PER_TIB));
    BigInteger cacheMiss = Abi.unsigned(words.get(CACHE_MISS_PER_TIB));
    return cdn.signum() == 0 || cacheMiss.signum() == 0
        ? Optional.empty()
        : Optional.of(new Network.Rates(new TokenAmount(cdn), new TokenAmount(cacheMiss)));
  }
}
