package io.filcdn.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.quota.QuotaTerms;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsConfigTest {

  /** What is configured when nothing is, but for the network, which has no default. */
  static MetricsConfig config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(MetricsConfig.class)
        .withDefaultValues(values)
        .build()
        .getConfigMapping(MetricsConfig.class);
  }

  @Test
  void defaultsAreThese() {
    MetricsConfig config = config(Map.of("filcdn.network", "devnet.json"));

    assertThat(config.network()).isEqualTo(Path.of("devnet.json"));
    MetricsConfig.Intake intake = config.metrics().intake();
    assertThat(intake.maxRecords()).isEqualTo(2000);
    assertThat(intake.maxBytes().asLongValue()).isEqualTo(8 << 20);
    assertThat(intake.maxWait()).isEmpty();
    assertThat(intake.lostAfter()).isEqualTo(Duration.ofMinutes(1));
    assertThat(intake.longestPause()).isEqualTo(Duration.ofSeconds(30));
    assertThat(intake.mostPerRecord()).isEqualTo(ByteCount.of(1L << 44));
    MetricsConfig.Publish publish = config.metrics().publish();
    assertThat(publish.maxRecords()).isEqualTo(1000);
    assertThat(publish.timeout()).isEqualTo(Duration.ofSeconds(10));
    MetricsConfig.Quota quota = config.metrics().quota();
    assertThat(quota.cdnRatePerTib()).isEmpty();
    assertThat(quota.cacheMissRatePerTib()).isEmpty();
    assertThat(quota.unfinalLimit()).isEqualTo(new TokenAmount(BigInteger.TEN.pow(18)));
    assertThat(quota.allowanceWithoutRails()).isEqualTo(ByteCount.of(100L << 30));
    MetricsConfig.Leases leases = config.metrics().leases();
    assertThat(leases.required()).isTrue();
    assertThat(leases.allowance()).isEqualTo(ByteCount.ZERO);
    assertThat(config.metrics().edges().list()).isEmpty();
    assertThat(leases.timeToLive()).isEqualTo(Duration.ofMinutes(1));
    assertThat(leases.writeOffAfter()).isEqualTo(Duration.ofDays(7));
    assertThat(leases.shareInAdvance()).isEqualTo(4);
    MetricsConfig.Accounts accounts = config.metrics().accounts();
    assertThat(accounts.domain()).isEmpty();
    assertThat(accounts.nonceLifetime()).isEqualTo(Duration.ofMinutes(5));
    assertThat(accounts.sessionLifetime()).isEqualTo(Duration.ofHours(1));
    assertThat(accounts.sessionsPerPayer()).isEqualTo(10);
    assertThat(accounts.signInsPerPayer()).isEqualTo(20);
    assertThat(accounts.attemptsPerMinute()).isEqualTo(30);
    assertThat(accounts.keysPerPayer()).isEqualTo(200);
    assertThat(accounts.keepEnded()).isEqualTo(Duration.ofDays(30));
    assertThat(config.metrics().wallets().askChain()).isFalse();
    assertThat(config.metrics().wallets().chainTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.metrics().pages().pieceUrl()).isEmpty();
    assertThat(config.metrics().pages().settlementUrl()).isEmpty();
    assertThat(config.metrics().pages().indexerUrl()).isEmpty();
    assertThat(config.metrics().pages().orders()).isFalse();
    MetricsConfig.Credits credits = config.metrics().credits();
    assertThat(credits.longestReservation()).isEqualTo(Duration.ofDays(1));
    assertThat(credits.keepClosed()).isEqualTo(Duration.ofDays(30));
    assertThat(credits.bookEvery()).isEqualTo(Duration.ofHours(1));
    assertThat(config.metrics().series().keepHours()).isEqualTo(Duration.ofDays(8));
    assertThat(config.metrics().series().keepDays()).isEqualTo(Duration.ofDays(1830));
    MetricsConfig.Webhooks webhooks = config.metrics().webhooks();
    assertThat(webhooks.url()).isEmpty();
    assertThat(webhooks.secret()).isEmpty();
    assertThat(webhooks.timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(webhooks.attempts()).isEqualTo(12);
    assertThat(webhooks.mostWaiting()).isEqualTo(10_000);
    MetricsConfig.Repair repair = config.metrics().repair();
    assertThat(repair.checkpointEvery()).isEqualTo(Duration.ofHours(6));
    assertThat(repair.checkpoints()).isEqualTo(8);
    assertThat(repair.keepDeadLetters()).isEqualTo(Duration.ofDays(365));
  }

  @Test
  void ratesAreTheNetworksWhereNoneAreConfigured() {
    MetricsConfig none = config(Map.of("filcdn.network", "devnet.json"));
    MetricsConfig own =
        config(
            Map.of("filcdn.network", "devnet.json", "filcdn.metrics.quota.cdn-rate-per-tib", "42"));

    QuotaTerms asTheNetwork = MetricsService.terms(Samples.DEVNET, none.metrics().quota());
    QuotaTerms asConfigured = MetricsService.terms(Samples.DEVNET, own.metrics().quota());

    assertThat(asTheNetwork.cdnRatePerTib()).isEqualTo(Samples.DEVNET.rates().cdnPerTib());
    assertThat(asTheNetwork.cacheMissRatePerTib())
        .isEqualTo(Samples.DEVNET.rates().cacheMissPerTib());
    assertThat(asConfigured.cdnRatePerTib()).isEqualTo(TokenAmount.of(42));
    assertThat(asConfigured.cacheMissRatePerTib())
        .isEqualTo(Samples.DEVNET.rates().cacheMissPerTib());
  }

  @Test
  void withoutANetworkThereIsNoDefault() {
    assertThatThrownBy(() -> config(Map.of())).hasMessageContaining("filcdn.network");
  }
}
