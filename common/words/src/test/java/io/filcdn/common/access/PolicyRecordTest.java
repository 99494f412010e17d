package io.filcdn.common.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyRecordTest {

  private static final Address PAYER = Address.of("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
  private static final String FORM =
      "{\"payer\":\"0x70997970c51812dc3a010c7d01b50e0d17dc79c8\",\"access\":\"public\",\"limits\":{%s},\"serial\":1%s}";

  private static PolicyRecord policy(String more) {
    return RecordJson.readStrictly(FORM.formatted("", more), PolicyRecord.class);
  }

  /** Whoever adds a limit writes it into a field, which an older reader finds here. */
  @ParameterizedTest
  @ValueSource(strings = {"\"bytesPerWeek\":\"5\"", "\"bytes\":null,\"countries\":[\"AQ\"]"})
  void aLimitThatIsUnknownIsNotReadAsNone(String limits) {
    assertThatThrownBy(
            () -> RecordJson.readStrictly(FORM.formatted(limits, ""), PolicyRecord.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected a PolicyRecord");
    assertThatThrownBy(() -> policy(",\"onlyOnSundays\":true"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"bytes\":\"0\"",
        "\"bytesPerDay\":\"-1\"",
        "\"bytesPerDayOfKey\":\"9223372036854775808\"",
        "\"bytesPerDayOfClient\":1.5",
        "\"origins\":[null]",
        "\"networks\":[\"10.0.0.1/8\"]",
        "\"pieces\":[\"bafy\"]",
        "\"pieces\":[\"baga\"]"
      })
  void whatIsNoLimitIsRefused(String limits) {
    assertThatThrownBy(
            () -> RecordJson.readStrictly(FORM.formatted(limits, ""), PolicyRecord.class))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPolicyIsInForceFromItsBeginningUntilItsEnd() {
    PolicyRecord policy =
        policy(",\"notBefore\":\"2026-11-21T12:00:00Z\",\"expires\":\"2026-11-22T12:00:00Z\"");

    assertThat(policy.isInForce(Instant.parse("2026-11-21T11:59:59Z"))).isFalse();
    assertThat(policy.isInForce(Instant.parse("2026-11-21T12:00:00Z"))).isTrue();
    assertThat(policy.isInForce(Instant.parse("2026-11-22T11:59:59Z"))).isTrue();
    assertThat(policy.isInForce(Instant.parse("2026-11-22T12:00:00Z"))).isFalse();
    assertThat(policy("").isInForce(Instant.EPOCH)).isTrue();
    assertThatThrownBy(
            () ->
                policy(
                    ",\"notBefore\":\"2026-11-22T12:00:00Z\",\"expires\":\"2026-11-22T12:00:00Z\""))
        .hasMessageContaining("expected expires after notBefore");
  }

  @Test
  void whereTokensAreNeededSomebodyMaySignThem() {
    assertThatThrownBy(
            () ->
                RecordJson.readStrictly(
                    FORM.formatted("", "").replace("public", "signed"), PolicyRecord.class))
        .hasMessageContaining("expected a delegate's key");
  }

  @Test
  void aNameIsThatOfADataSetOrOfAllOthers() {
    PolicyKey one = PolicyKey.of(PAYER, DataSetId.of("fwss/12"));

    assertThat(one).hasToString(PAYER + "/fwss/12");
    assertThat(PolicyKey.of(one.toString())).isEqualTo(one);
    assertThat(PolicyKey.of(PAYER + "/*")).isEqualTo(PolicyKey.general(PAYER));
    assertThat(policy("").key()).isEqualTo(PAYER + "/*");
    for (String wrong : new String[] {"", "/", PAYER.hex(), PAYER + "/", PAYER + "/12", "0x1/*"}) {
      assertThatThrownBy(() -> PolicyKey.of(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(RecordJson.write(one)).isEqualTo("\"" + PAYER + "/fwss/12\"");
  }
}
