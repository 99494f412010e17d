package io.filcdn.settlement;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.settlement.batch.BatchConfig;
import io.filcdn.settlement.broadcast.BroadcastConfig;
import io.filcdn.settlement.confirmation.ConfirmationConfig;
import io.filcdn.settlement.contracts.RpcConfig;
import io.filcdn.settlement.due.DueConfig;
import io.filcdn.settlement.ledger.LedgerConfig;
import io.filcdn.settlement.signing.OperatorKey;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.Secret;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;

/** What the rooms share. A setting that cannot be used stops the start with one line. */
@Singleton
final class Wiring {

  private static final Logger LOG = Logger.getLogger(Wiring.class);
  private static final int FIRST = 0;

  private final SettlementConfig config;

  Wiring(SettlementConfig config) {
    this.config = config;
  }

  void start(@Observes @Priority(FIRST) StartupEvent event, Network network, OperatorKey key) {
    LOG.infof(
        "settlement network=%s chainId=%d operator=%s key=%s reportEvery=%s settleEvery=%s",
        network.name(),
        network.chainId(),
        network.contracts().filBeamOperator(),
        key.address(),
        network.reportEvery(),
        network.settleEvery());
  }

  @Produces
  @Singleton
  Network network() {
    try {
      return NetworkFile.read(
          config
              .network()
              .orElseThrow(
                  () ->
                      new Main.UnusableSetting(
                          "expected the path of a network file in FILCDN_NETWORK, found nothing: give one like deploy/networks/devnet.json")));
    } catch (NetworkFile.BrokenNetworkFileException e) {
      throw new Main.UnusableSetting(messageOf(e));
    }
  }

  @Produces
  @Singleton
  OperatorKey operatorKey() {
    try {
      return OperatorKey.of(
          config
              .operatorKey()
              .map(Secret::get)
              .orElseThrow(
                  () ->
                      new Main.UnusableSetting(
                          "expected the operator's private key in FILCDN_OPERATOR_KEY, found nothing: settlement signs with it")));
    } catch (IllegalArgumentException e) {
      throw new Main.UnusableSetting("FILCDN_OPERATOR_KEY: " + messageOf(e));
    }
  }

  private static String messageOf(IllegalArgumentException e) {
    return Optional.ofNullable(e.getMessage()).orElse("it cannot be used");
  }

  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  DueConfig due() {
    return config.settlement().due();
  }

  @Produces
  @Singleton
  BatchConfig batch() {
    return config.settlement().batch();
  }

  @Produces
  @Singleton
  BroadcastConfig broadcast() {
    return config.settlement().broadcast();
  }

  @Produces
  @Singleton
  ConfirmationConfig confirmation() {
    return config.settlement().confirmation();
  }

  @Produces
  @Singleton
  LedgerConfig ledger() {
    return config.settlement().ledger();
  }

  @Produces
  @Singleton
  RpcConfig rpc() {
    return config.settlement().rpc();
  }
}
