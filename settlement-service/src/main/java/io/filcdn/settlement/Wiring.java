package io.filcdn.settlement;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.service.start.UnusableSettingException;
import io.filcdn.settlement.batch.BatchConfig;
import io.filcdn.settlement.broadcast.BroadcastConfig;
import io.filcdn.settlement.confirmation.ConfirmationConfig;
import io.filcdn.settlement.contracts.RpcConfig;
import io.filcdn.settlement.due.DueConfig;
import io.filcdn.settlement.ledger.LedgerConfig;
import io.filcdn.settlement.monitoring.BalanceConfig;
import io.filcdn.settlement.nonce.NonceConfig;
import io.filcdn.settlement.signing.FeeConfig;
import io.filcdn.settlement.signing.KeySource;
import io.filcdn.settlement.signing.OperatorKey;
import io.filcdn.settlement.submission.SubmissionConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The beans that the rooms share. A setting that cannot be used stops the start with one line. */
@Singleton
final class Wiring {

  private static final Logger LOG = Logger.getLogger(Wiring.class);
  private static final int FIRST = 0;

  /** The number of transactions that Filecoin's nodes keep of one sender. */
  private static final int MOST_PENDING = 10;

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
    return NetworkFile.read(config.network());
  }

  @Produces
  @Singleton
  OperatorKey operatorKey() {
    try {
      return KeySource.find(config.operatorKey(), config.settlement().key());
    } catch (IllegalArgumentException e) {
      throw new UnusableSettingException(messageOf(e));
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
    BroadcastConfig broadcast = config.settlement().broadcast();
    if (broadcast.maxPending() < 1 || broadcast.maxPending() > MOST_PENDING) {
      throw new UnusableSettingException(
          "expected FILCDN_SETTLEMENT_BROADCAST_MAX_PENDING from 1 to %d, found %d"
              .formatted(MOST_PENDING, broadcast.maxPending()));
    }
    return broadcast;
  }

  @Produces
  @Singleton
  SubmissionConfig submission() {
    return new SubmissionConfig(config.settlement().dryRun());
  }

  @Produces
  @Singleton
  BalanceConfig balance() {
    return new BalanceConfig(config.settlement().lowBalance());
  }

  @Produces
  @Singleton
  FeeConfig fees() {
    return config.settlement().fees();
  }

  @Produces
  @Singleton
  NonceConfig nonce() {
    return config.settlement().nonce();
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
