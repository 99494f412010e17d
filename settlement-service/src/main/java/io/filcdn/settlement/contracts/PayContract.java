package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** The FilecoinPay contract: it holds the rails. */
@Singleton
public final class PayContract {

  private static final int RAIL_WORDS = 12;
  private static final int LOCKUP_FIXED = 7;
  private static final int END_EPOCH = 9;

  private final Node node;
  private final Address address;

  PayContract(Node node, Network network) {
    this.node = node;
    this.address = network.contracts().filecoinPay();
  }

  /** What can be paid along each of {@code rails} after block {@code latest}, in the same order. */
  public List<RailState> rails(List<RailId> rails, BlockNumber latest) {
    List<Call> calls = rails.stream().map(rail -> Call.view(address, encodeRail(rail))).toList();
    return node.callAll(calls).stream().map(result -> toState(result, latest)).toList();
  }

  static String encodeRail(RailId rail) {
    return Abi.call("getRail", Abi.number(rail.number()));
  }

  private static RailState toState(CallResult result, BlockNumber latest) {
    return switch (result) {
      case CallResult.Reverted(ContractError error) -> new RailState.Missing(error);
      case CallResult.Returned(String data) -> {
        List<String> words = Abi.words(data, RAIL_WORDS);
        long endEpoch = Abi.capped(words.get(END_EPOCH));
        yield RailState.of(
            new TokenAmount(Abi.unsigned(words.get(LOCKUP_FIXED))),
            endEpoch == 0 ? Optional.empty() : Optional.of(new Epoch(endEpoch)),
            latest);
      }
    };
  }
}
