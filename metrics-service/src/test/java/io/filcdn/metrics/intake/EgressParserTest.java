package io.filcdn.metrics.intake;

import static io.filcdn.metrics.Samples.fill;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.journal;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.intake.ParsedEgress.DeadLetterReason;
import io.filcdn.metrics.intake.ParsedEgress.Flush;
import io.filcdn.metrics.intake.ParsedEgress.Refused;
import io.filcdn.service.kafka.SourceRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressParserTest {

  private static final EgressParser PARSER = new EgressParser(ByteCount.of(1000));

  @Test
  void aFlushIsReadWithItsPlace() {
    EgressRecord flush = flush(journal(1), 3, 18, hit(7, 600), fill(7, 400));

    ParsedEgress reading = PARSER.parse(source(RecordJson.write(flush)));

    assertThat(reading).isEqualTo(new Flush(source(RecordJson.write(flush)), flush));
    assertThat(reading.position()).contains(new Position(journal(1), 3, 18));
  }

  @Test
  void aFlushOfMoreThanAnEdgeCanServeIsRefused() {
    EgressRecord flush = flush(journal(1), 3, 18, hit(7, 600), fill(7, 401));

    ParsedEgress reading = PARSER.parse(source(RecordJson.write(flush)));

    assertThat(reading)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(DeadLetterReason.IMPLAUSIBLE);
              assertThat(refused.position()).contains(new Position(journal(1), 3, 18));
              assertThat(refused.message()).contains("at most 1000 bytes");
            });
  }

  @Test
  void aNonsensicalRowLeavesThePlaceKnown() {
    String value =
        """
        {"journal":"00000000-0000-0000-0000-000000000001","partition":3,"sequence":18,
         "edge":"e","from":"2026-11-21T12:00:00Z","to":"2026-11-21T12:00:01Z",
         "rows":[{"kind":"fill","dataSet":"fwss/7","fills":1,"fillBytes":"-5"}]}""";

    ParsedEgress reading = PARSER.parse(source(value));

    assertThat(reading)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(DeadLetterReason.UNREADABLE);
              assertThat(refused.position()).contains(new Position(journal(1), 3, 18));
              assertThat(refused.message()).contains("-5");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "42",
        "{}",
        "{\"journal\":\"nobody\",\"partition\":1,\"sequence\":1}",
        "{\"journal\":\"00000000-0000-0000-0000-000000000001\",\"partition\":1,\"sequence\":0}",
        "{\"journal\":\"00000000-0000-0000-0000-000000000001\",\"partition\":-1,\"sequence\":1}",
        "{\"journal\":\"00000000-0000-0000-0000-000000000001\",\"partition\":1}",
        "\u0000",
      })
  void whatIsNoFlushHasNoPlace(String value) {
    ParsedEgress reading = PARSER.parse(source(value));

    assertThat(reading)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(DeadLetterReason.UNREADABLE);
              assertThat(refused.position()).isEmpty();
              assertThat(refused.message()).contains("EgressRecord");
            });
  }

  @Test
  void aTombstoneHasNoPlace() {
    assertThat(PARSER.parse(source(null)))
        .isEqualTo(
            new Refused(
                source(null),
                Optional.empty(),
                DeadLetterReason.UNREADABLE,
                "expected an EgressRecord, found no value"));
  }

  private static SourceRecord source(@Nullable String value) {
    return new SourceRecord("filcdn.egress", 3, 17, "key", value);
  }
}
