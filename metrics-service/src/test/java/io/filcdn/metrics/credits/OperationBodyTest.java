package io.filcdn.metrics.credits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.common.kafka.RecordJson;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperationBodyTest {

  private static final Duration LONGEST = Duration.ofHours(1);

  private static CreditOperation read(String json) {
    return RecordJson.readStrictly(json, OperationBody.class).operation(LONGEST);
  }

  @Test
  void eachOperationIsWhatItsFieldsSay() {
    assertThat(
            read(
                """
                {"op":"reserve","id":"a","account":"0xABCDEFabcdefABCDEFabcdefABCDEFabcdefABCD",
                 "kind":"pinByteSeconds","amount":"9223372036854775808","seconds":3600}
                """))
        .isEqualTo(
            new CreditOperation.Reserve(
                "a",
                new BookKey(
                    CreditAccount.of("0xabcdefabcdefabcdefabcdefabcdefabcdefabcd"),
                    CreditKind.PIN_BYTE_SECONDS),
                CreditAmount.of("9223372036854775808"),
                LONGEST));
    assertThat(read("{\"op\":\"commit\",\"id\":\"a\",\"amount\":\"0\"}"))
        .isEqualTo(new CreditOperation.Commit("a", CreditAmount.ZERO, Optional.empty()));
    assertThat(read("{\"op\":\"commit\",\"id\":\"a\",\"amount\":\"5\",\"seconds\":1}"))
        .isEqualTo(
            new CreditOperation.Commit(
                "a", CreditAmount.of(5), Optional.of(Duration.ofSeconds(1))));
    assertThat(read("{\"op\":\"void\",\"id\":\"a\"}")).isEqualTo(new CreditOperation.Cancel("a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"op\":\"void\"}",
        "{\"op\":\"void\",\"id\":\"\"}",
        "{\"op\":\"void\",\"id\":\"a b\"}",
        "{\"op\":\"void\",\"id\":\"a\",\"amount\":\"1\"}",
        "{\"op\":\"void\",\"id\":\"a\",\"reason\":\"x\"}",
        "{\"op\":\"delete\",\"id\":\"a\"}",
        "{\"op\":\"commit\",\"id\":\"a\"}",
        "{\"op\":\"commit\",\"id\":\"a\",\"amount\":1}",
        "{\"op\":\"commit\",\"id\":\"a\",\"amount\":\"-1\"}",
        "{\"op\":\"commit\",\"id\":\"a\",\"amount\":\"1.5\"}",
        "{\"op\":\"commit\",\"id\":\"a\",\"amount\":\"1\",\"account\":\"x\"}",
        "{\"op\":\"commit\",\"id\":\"a\",\"amount\":\"1\",\"seconds\":0}",
        "{\"op\":\"commit\",\"id\":\"a\",\"amount\":\"1\",\"seconds\":3601}",
        "{\"op\":\"reserve\",\"id\":\"a\",\"account\":\"x\",\"kind\":\"uploadBytes\",\"amount\":\"1\"}",
        "{\"op\":\"reserve\",\"id\":\"a\",\"account\":\"x\",\"kind\":\"uploadBytes\",\"amount\":\"0\",\"seconds\":1}",
        "{\"op\":\"reserve\",\"id\":\"a\",\"account\":\"0x12\",\"kind\":\"uploadBytes\",\"amount\":\"1\",\"seconds\":1}",
        "{\"op\":\"reserve\",\"id\":\"a\",\"account\":\"x"
            + " y\",\"kind\":\"uploadBytes\",\"amount\":\"1\",\"seconds\":1}",
        "{\"op\":\"reserve\",\"id\":\"a\",\"account\":\"x\",\"kind\":\"bytes\",\"amount\":\"1\",\"seconds\":1}",
        "{\"op\":\"reserve\",\"id\":\"a\",\"account\":\"x\",\"kind\":\"uploadBytes\","
            + "\"amount\":\"1000000000000000000000000000000000000\",\"seconds\":1}"
      })
  void whatIsNoOperationIsRefused(String json) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }
}
