package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.Secret;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettlementConfigTest {

  @Test
  void defaultsAreTheseAndWhatIsSecretOrPeculiarHasNone() {
    SettlementConfig config = config(Map.of());

    assertThat(config.network()).isEqualTo(Path.of("devnet.json"));
    assertThat(config.operatorKey().map(Secret::get)).isEmpty();
    SettlementConfig.Settlement settlement = config.settlement();
    assertThat(settlement.dryRun()).isFalse();
    assertThat(settlement.lowBalance()).isEqualTo(BigDecimal.ONE);
    assertThat(settlement.key().keystore()).isEmpty();
    assertThat(settlement.key().keystorePassword().map(Secret::get)).isEmpty();
    assertThat(settlement.key().keystorePasswordFile()).isEmpty();
    assertThat(settlement.key().signerUrl()).isEmpty();
    assertThat(settlement.key().signerAddress()).isEmpty();
    assertThat(settlement.key().signerTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settlement.fees().maxFeePerGas()).isEqualTo(TokenAmount.of(10_000_000_000L));
    assertThat(settlement.fees().maxPriorityFeePerGas()).isEqualTo(TokenAmount.of(5_000_000_000L));
    assertThat(settlement.nonce().maxGap()).isEqualTo(4);
    assertThat(settlement.due().dust()).isEqualTo(ByteCount.ZERO);
    assertThat(settlement.due().dustMaxAge()).isEqualTo(Duration.ofDays(1));
    assertThat(settlement.due().indexGrace()).isEqualTo(Duration.ofMinutes(30));
    assertThat(settlement.due().epochMarginBlocks()).isEqualTo(20);
    assertThat(settlement.due().railEndMarginBlocks()).isEqualTo(20);
    assertThat(settlement.due().terminateWithin()).isEqualTo(Duration.ofHours(6));
    assertThat(settlement.batch().maxDataSets()).isEqualTo(400);
    assertThat(settlement.batch().maxMessage().asLongValue()).isEqualTo(65_536);
    assertThat(settlement.batch().maxGas()).isEqualTo(5_000_000_000L);
    assertThat(settlement.batch().gasHeadroomPercent()).isEqualTo(25);
    assertThat(settlement.batch().emptySlotGas()).isEqualTo(850_000);
    assertThat(settlement.broadcast().maxPending()).isEqualTo(4);
    assertThat(settlement.broadcast().resendAfter()).isEqualTo(Duration.ofMinutes(5));
    assertThat(settlement.broadcast().stuckAfter()).isEqualTo(Duration.ofMinutes(20));
    assertThat(settlement.confirmation().nextAfterBlocks()).isEqualTo(2);
    assertThat(settlement.ledger().setAsideFor()).isEqualTo(Duration.ofHours(1));
    assertThat(settlement.ledger().grantsGrace()).isEqualTo(Duration.ofMinutes(2));
    assertThat(settlement.ledger().reconcileEvery()).isEqualTo(Duration.ofHours(1));
    assertThat(settlement.rpc().timeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(settlement.rpc().batchSize()).isEqualTo(100);
    assertThat(settlement.rpc().parallel()).isEqualTo(4);
    assertThat(settlement.rpc().logBlocks()).isEqualTo(2000);
    assertThat(settlement.rpc().maxAnswer().asLongValue()).isEqualTo(8 << 20);
  }

  @Test
  void keyAndNetworkHaveTheNamesThatOperatorsSet() {
    SettlementConfig config =
        config(Map.of("filcdn.network", "calibration.json", "filcdn.operator-key", "0x12"));

    assertThat(config.network()).isEqualTo(Path.of("calibration.json"));
    assertThat(config.operatorKey().map(Secret::get)).contains("0x12");
    assertThat(config.toString()).doesNotContain("0x12");
  }

  private static SettlementConfig config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 100, new DurationConverter())
        .withConverter(MemorySize.class, 100, new MemorySizeConverter())
        .withMapping(SettlementConfig.class)
        .withDefaultValue("filcdn.network", "devnet.json")
        .withSources(new io.smallrye.config.PropertiesConfigSource(values, "test", 100))
        .build()
        .getConfigMapping(SettlementConfig.class);
  }
}
