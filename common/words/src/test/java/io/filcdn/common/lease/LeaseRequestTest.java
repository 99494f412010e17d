package io.filcdn.common.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bodies of the lease contract, as they cross the wire. */
class LeaseRequestTest {

  private static final JournalId JOURNAL = JournalId.of("00000000-0000-0000-0000-000000000007");

  private static final LeaseRequest.Ask ASK =
      new LeaseRequest.Ask(
          QuotaName.cacheMiss(DataSetId.of("fwss/12")),
          ByteCount.of(500),
          ByteCount.of(100),
          ByteCount.of(30));

  @Test
  void aRequestIsReadAsItWasWritten() {
    LeaseRequest request = new LeaseRequest(JOURNAL, "edge-0", List.of(ASK));

    String json = RecordJson.write(request);

    assertThat(json)
        .isEqualTo(
            "{\"journal\":\"00000000-0000-0000-0000-000000000007\",\"edge\":\"edge-0\",\"asks\":"
                + "[{\"dataSet\":\"fwss/12\",\"quota\":\"cacheMiss\",\"acquired\":\"500\","
                + "\"needed\":\"100\",\"returned\":\"30\"}]}");
    assertThat(RecordJson.read(json, LeaseRequest.class)).isEqualTo(request);
  }

  @Test
  void aKeysCapIsAskedForByKeyAndPeriod() {
    QuotaName.OfKey day = new QuotaName.OfKey(KeyId.of("abcdefABCDEF"), CapPeriod.of("2026-11-30"));
    LeaseRequest.Ask ask =
        new LeaseRequest.Ask(day, ByteCount.of(5), ByteCount.of(1), ByteCount.ZERO);

    String json = RecordJson.write(ask);

    assertThat(json)
        .isEqualTo(
            "{\"key\":\"abcdefABCDEF\",\"period\":\"2026-11-30\",\"acquired\":\"5\","
                + "\"needed\":\"1\",\"returned\":\"0\"}");
    assertThat(RecordJson.read(json, LeaseRequest.Ask.class)).isEqualTo(ask);
    assertThat(QuotaName.of(day.owner(), day.part())).isEqualTo(day);
  }

  @Test
  void anAskIsForADataSetOrForAKey() {
    String both =
        "{\"dataSet\":\"fwss/1\",\"quota\":\"cdn\",\"key\":\"abcdefABCDEF\","
            + "\"period\":\"life\",\"acquired\":\"5\",\"needed\":\"1\",\"returned\":\"0\"}";

    assertThatThrownBy(() -> RecordJson.read(both, LeaseRequest.Ask.class))
        .hasMessageContaining("expected dataSet and quota, or key and period");
  }

  @ParameterizedTest
  @CsvSource({
    "life,,",
    "2026-11-30,2026-11-30T00:00:00Z,2026-12-01T00:00:00Z",
    "2026-12,2026-12-01T00:00:00Z,2027-01-01T00:00:00Z",
    "2028-02,2028-02-01T00:00:00Z,2028-03-01T00:00:00Z"
  })
  void aPeriodIsADayOrAMonthOfUtcOrAll(String text, Instant start, Instant end) {
    CapPeriod period = CapPeriod.of(text);

    assertThat(period).hasToString(text);
    assertThat(period.start()).isEqualTo(Optional.ofNullable(start));
    assertThat(period.end()).isEqualTo(Optional.ofNullable(end));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Life", "life ", "day", "2026-13", "2026-2", "2026-11-31", "26-11-30"})
  void anythingElseIsNoPeriod(String text) {
    assertThatThrownBy(() -> CapPeriod.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anAnswerIsReadAsItWasWritten() {
    LeaseAnswer answer =
        new LeaseAnswer(
            false,
            60_000,
            List.of(
                new LeaseAnswer.Lease(
                    QuotaName.cdn(DataSetId.of("fwss/12")),
                    ByteCount.of(500),
                    ByteCount.of(30),
                    ByteCount.of(20),
                    Optional.of(ByteCount.of(Long.MAX_VALUE)))),
            List.of(new CapSalt(LocalDate.of(2026, 11, 30), "ab".repeat(32))));

    assertThat(RecordJson.read(RecordJson.write(answer), LeaseAnswer.class)).isEqualTo(answer);
  }

  @Test
  void membersOfTheContractAreOnTheirPage() throws IOException {
    CapName cap = CapName.of("cap/policy/fwss/12/all/2026-11-30");
    QuotaName key = new QuotaName.OfKey(KeyId.of("abcdefABCDEF"), CapPeriod.of("life"));
    ByteCount bytes = ByteCount.of(5);
    JsonNode contract =
        json(
            List.of(
                new LeaseRequest(
                    JOURNAL,
                    "edge-0",
                    List.of(
                        ASK,
                        new LeaseRequest.Ask(key, bytes, bytes, bytes),
                        new LeaseRequest.Ask(cap, bytes, bytes, bytes, Optional.of(bytes)))),
                new LeaseAnswer(
                    false,
                    60_000,
                    List.of(new LeaseAnswer.Lease(cap, bytes, bytes, bytes, Optional.of(bytes))),
                    List.of(new CapSalt(LocalDate.of(2026, 11, 30), "ab".repeat(32))))));

    String page = Files.readString(Path.of("..", "..", "docs", "http-api.md"));
    String chapter = page.split("### Leasing quota", 2)[1].split("\n### ", 2)[0];

    assertThat(names(contract))
        .contains("dataSet", "period", "used", "salts")
        .allMatch(name -> Pattern.compile("\\b" + name + "\\b").matcher(chapter).find());
  }

  private static JsonNode json(Object value) {
    return RecordJson.read(RecordJson.write(value), JsonNode.class);
  }

  /** The names of all members, at whatever depth. */
  private static Stream<String> names(JsonNode node) {
    return Stream.concat(
        node.properties().stream().map(Map.Entry::getKey),
        node.valueStream().flatMap(LeaseRequestTest::names));
  }

  @Test
  void theEndOfAJournalIsReadAsItWasWritten() {
    JournalEnd end = new JournalEnd(JOURNAL, Map.of(0, 4L, 3, 17L));

    assertThat(RecordJson.read(RecordJson.write(end), JournalEnd.class)).isEqualTo(end);
  }

  @Test
  void theAnswerOfAServiceThatKnowsNoSaltsIsRead() {
    LeaseAnswer read =
        RecordJson.read("{\"closed\":false,\"millisToLive\":1,\"leases\":[]}", LeaseAnswer.class);

    assertThat(read.salts()).isEmpty();
  }

  @Test
  void twoAsksForOneQuotaAreRefused() {
    assertThatThrownBy(() -> new LeaseRequest(JOURNAL, "edge-0", List.of(ASK, ASK)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected one ask for the cacheMiss quota of fwss/12, found two");
  }

  @Test
  void tooManyAsksAreRefused() {
    assertThatThrownBy(() -> new LeaseRequest(JOURNAL, "edge-0", Collections.nCopies(1001, ASK)))
        .hasMessage("expected at most 1000 asks, found 1001");
  }

  @Test
  void whatIsNeededIsPartOfWhatIsWanted() {
    String json =
        RecordJson.write(new LeaseRequest(JOURNAL, "edge-0", List.of(ASK)))
            .replace("\"needed\":\"100\"", "\"needed\":\"501\"");

    assertThatThrownBy(() -> RecordJson.read(json, LeaseRequest.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected at most the 500 acquired bytes to be needed, found 501");
  }

  @Test
  void nothingMayBeMissing() {
    assertThatThrownBy(() -> RecordJson.read("{\"edge\":\"e\",\"asks\":[]}", LeaseRequest.class))
        .hasMessageContaining("journal is missing");
    assertThatThrownBy(
            () ->
                RecordJson.read(
                    "{\"journal\":\"%s\",\"edge\":\"e\",\"asks\":[{}]}".formatted(JOURNAL),
                    LeaseRequest.class))
        .hasMessageContaining("expected dataSet and quota, or key and period");
  }

  @Test
  void aStatusIsReadAsItWasWritten() {
    EdgeStatus status =
        new EdgeStatus(
            "edge-0",
            Optional.of("eu-1"),
            new EdgeStatus.CacheUse(3, ByteCount.of(4), ByteCount.of(5), ByteCount.of(6)));

    String json = RecordJson.write(status);

    assertThat(json)
        .isEqualTo(
            "{\"edge\":\"edge-0\",\"region\":\"eu-1\",\"cache\":{\"pieces\":3,\"diskBytes\":\"4\","
                + "\"maxDiskBytes\":\"5\",\"memoryBytes\":\"6\"}}");
    assertThat(RecordJson.read(json, EdgeStatus.class)).isEqualTo(status);
    assertThatThrownBy(() -> RecordJson.read(json.replace("eu-1", "eu 1"), EdgeStatus.class))
        .hasMessageContaining("expected a region");
    assertThatThrownBy(() -> RecordJson.read(json.replace(":3", ":-3"), EdgeStatus.class))
        .hasMessageContaining("expected at least 0 pieces");
  }
}
