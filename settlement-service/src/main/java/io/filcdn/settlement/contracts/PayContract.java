package io.filcdn.settlement.contracts;

import io.filcdn.chain.abi.AbiFunction;
import io.filcdn.chain.abi.AbiValues;
import io.filcdn.chain.abi.ContractAbi;
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

  private static final AbiFunction GET_RAIL = ContractAbi.FILECOIN_PAY.function("getRail");

  private final Node node;
  private final Address address;

  PayContract(Node node, Network network) {
    this.node = node;
    this.address = network.contracts().filecoinPay();
  }

  /** The state of each of {@code rails} after block {@code latest}, in the same order. */
  public List<RailState> rails(List<RailId> rails, BlockNumber latest) {
    List<Call> calls = rails.stream().map(rail -> Call.view(address, encodeRail(rail))).toList();
    return node.callAll(calls).stream().map(result -> toState(result, latest)).toList();
  }

  static String encodeRail(RailId rail) {
    return GET_RAIL.call(rail.number());
  }

  private static RailState toState(CallResult result, BlockNumber latest) {
    return switch (result) {
      case CallResult.Reverted(ContractError error) -> new RailState.Missing(error);
      case CallResult.Returned returned -> {
        AbiValues rail = returned.returned(GET_RAIL);
        long endEpoch = rail.capped("endEpoch");
        yield RailState.of(
            new TokenAmount(rail.number("lockupFixed")),
            endEpoch == 0 ? Optional.empty() : Optional.of(new Epoch(endEpoch)),
            latest);
      }
    };
  }
}
