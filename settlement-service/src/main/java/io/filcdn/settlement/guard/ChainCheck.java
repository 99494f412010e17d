package io.filcdn.settlement.guard;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.signing.OperatorKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The check that the chain is the one of the network file, with the contracts it names, and that
 * our key is the one that the operator contract obeys. Until it passes, nothing is signed and
 * nothing sent.
 */
@ApplicationScoped
public class ChainCheck {

  private final Network network;
  private final Node node;
  private final OperatorContract operator;
  private final OperatorKey key;
  private final Alarms alarms;
  private volatile Optional<String> fault = Optional.of("the chain has not been looked at yet");

  ChainCheck(
      Network network, Node node, OperatorContract operator, OperatorKey key, Alarms alarms) {
    this.network = network;
    this.node = node;
    this.operator = operator;
    this.key = key;
    this.alarms = alarms;
  }

  /** The fault, in one line; empty where all was right at the last look. */
  public Optional<String> fault() {
    return fault;
  }

  /**
   * Looks again.
   *
   * @return whether all is right
   * @throws NodeException where no node answers; what was known before still holds
   */
  public boolean passes() {
    Optional<String> found = find();
    Optional<String> before = fault;
    fault = found;
    if (found.isPresent() && !found.equals(before)) {
      alarms.raise(Alarm.CHAIN_MISMATCH, found.get());
    }
    return found.isEmpty();
  }

  private Optional<String> find() {
    long chainId = node.chainId();
    if (chainId != network.chainId()) {
      return Optional.of(
          "expected chain id %d of network %s, found %d: check rpcUrls in the network file"
              .formatted(network.chainId(), network.name(), chainId));
    }
    for (Map.Entry<String, Address> contract : contracts().entrySet()) {
      if (!node.hasCode(contract.getValue())) {
        return Optional.of(
            "expected contract %s at %s, found no code there: check contracts in the network file"
                .formatted(contract.getKey(), contract.getValue()));
      }
    }
    Address inOffice = operator.operatorOfService();
    Address ours = network.contracts().filBeamOperator();
    if (!inOffice.equals(ours)) {
      return Optional.of(
          "expected FWSS to obey the operator contract %s, found %s: it was migrated, or contracts.filBeamOperator is wrong"
              .formatted(ours, inOffice));
    }
    Address controller = operator.controller();
    return controller.equals(key.address())
        ? Optional.empty()
        : Optional.of(
            "expected the operator contract %s to obey our key's address %s, found %s: check FILCDN_OPERATOR_KEY"
                .formatted(ours, key.address(), controller));
  }

  private Map<String, Address> contracts() {
    Network.Contracts contracts = network.contracts();
    Map<String, Address> named = new LinkedHashMap<>();
    named.put("pdpVerifier", contracts.pdpVerifier());
    named.put("fwss", contracts.fwss());
    named.put("stateView", contracts.stateView());
    named.put("serviceProviderRegistry", contracts.serviceProviderRegistry());
    named.put("filecoinPay", contracts.filecoinPay());
    named.put("filBeamOperator", contracts.filBeamOperator());
    named.put("token", contracts.token());
    return named;
  }
}
