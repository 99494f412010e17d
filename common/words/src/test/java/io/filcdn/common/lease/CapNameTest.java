package io.filcdn.common.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.SecretHash;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of caps whose use edges tell, and the buckets of clients. */
class CapNameTest {

  private static final DataSetId DATA_SET = DataSetId.of("fwss/12");
  private static final CapPeriod DAY = CapPeriod.of("2026-11-30");
  private static final Address PAYER = Address.of("0x" + "ab".repeat(20));
  private static final SecretHash TOKEN = SecretHash.of("header.claims");

  private static Stream<CapName> names() {
    return Stream.of(
        new CapName.OfPolicy(DATA_SET, new CapBearer.All(), new CapPeriod.Life()),
        new CapName.OfPolicy(DATA_SET, new CapBearer.All(), DAY),
        new CapName.OfPolicy(DATA_SET, new CapBearer.Key(KeyId.of("abcdefABCDEF")), DAY),
        new CapName.OfPolicy(DATA_SET, new CapBearer.Client(0), DAY),
        new CapName.OfPolicy(DATA_SET, new CapBearer.Token(CapSalt.BUCKETS - 1), DAY),
        token(5_000));
  }

  private static CapName.OfToken token(long bytes) {
    return new CapName.OfToken(
        PAYER, TOKEN, ByteCount.of(bytes), Instant.parse("2026-11-30T12:00:00Z"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void aNameIsReadAsItWasWritten(CapName name) {
    Ask ask =
        new Ask(
            name, ByteCount.of(5), ByteCount.of(1), ByteCount.ZERO, Optional.of(ByteCount.of(3)));

    String json = RecordJson.write(ask);

    assertThat(json)
        .isEqualTo(
            "{\"cap\":\"%s/%s\",\"acquired\":\"5\",\"needed\":\"1\",\"returned\":\"0\",\"used\":\"3\"}"
                .formatted(name.owner(), name.part()));
    assertThat(RecordJson.read(json, Ask.class)).isEqualTo(ask);
    assertThat(QuotaName.of(name.owner(), name.part())).isEqualTo(name);
    assertThat(name.owner()).startsWith(CapName.PREFIX);
  }

  @Test
  void itSaysInWordsWhatItIsOf() {
    assertThat(token(5).text())
        .isEqualTo("cap/token/%s/%s/2026-11-30T12:00:00Z@5".formatted(PAYER, TOKEN));
    assertThat(token(5).toString()).doesNotContain(TOKEN.hex());
    assertThat(new CapName.OfPolicy(DATA_SET, new CapBearer.Client(4711), DAY).toString())
        .doesNotContain("4711");
  }

  /** The cap is part of the name: an edge that tells another names another token. */
  @Test
  void aTokenWithAnotherCapHasAnotherName() {
    assertThat(token(5)).isNotEqualTo(token(6));
    assertThat(token(5).compareTo(token(6))).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cap",
        "cap/",
        "cap/policy",
        "cap/policy/fwss/12",
        "cap/policy/fwss/12/2026-11-30",
        "cap/policy/fwss/12/all/2026-11",
        "cap/policy/fwss/12/client/1/life",
        "cap/policy/fwss/12/client/-1/2026-11-30",
        "cap/policy/fwss/12/client/01/2026-11-30",
        "cap/policy/fwss/12/client/1048576/2026-11-30",
        "cap/policy/fwss/12/client/1/2/2026-11-30",
        "cap/policy/fwss/12/everyone/2026-11-30",
        "cap/policy/fwss/12/key/short/2026-11-30",
        "cap/token/0xabababababababababababababababababababab/12/2026-11-30T12:00:00Z@5",
        "cap/other/2026-11-30T12:00:00Z@5",
        "key/abcdefABCDEF/life"
      })
  void anythingElseIsNoName(String text) {
    assertThatThrownBy(() -> CapName.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  /** Ends that no clock can be compared with, or that do not sort as texts do. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1000000000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9999-01-01T00:00:00Z",
        "+1000000000-12-31T23:59:59Z"
      })
  void aTokenEndsFrom1970OnAndBeforeTheYear9999(String end) {
    String owner = "cap/token/0x" + "ab".repeat(20) + "/" + "12".repeat(32);
    assertThatThrownBy(() -> CapName.of(owner, end + "@5"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("before the year 9999");
    assertThat(CapName.of(owner, "1970-01-01T00:00:00Z@5").part()).startsWith("1970");
    assertThat(CapName.of(owner, "9998-12-31T23:59:59Z@5").part()).startsWith("9998");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-30T12:00:00Z",
        "2026-11-30T12:00:00Z@",
        "@5",
        "2026-11-30T12:00:00Z@-5",
        "2026-11-30T12:00:00Z@5@5",
        "2026-11-30T12:00:00Z@05",
        "2026-11-30T12:00:00.5Z@5",
        "2026-11-30T12:00:00.000Z@5",
        "2026-11-30@5",
        "1796040000@5",
        "2026-11-30T12:00:00Z@99999999999999999999"
      })
  void noTokenHasAnotherPart(String part) {
    String owner = CapName.TOKEN + PAYER + "/" + TOKEN;

    assertThatThrownBy(() -> CapName.of(owner, part)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsUsedIsToldOfSuchCapsAlone() {
    assertThatThrownBy(() -> new Ask(token(5), ByteCount.of(5), ByteCount.of(1), ByteCount.ZERO))
        .hasMessageContaining("expected used with cap");
    assertThatThrownBy(
            () ->
                new Ask(
                    QuotaName.cdn(DATA_SET),
                    ByteCount.of(5),
                    ByteCount.of(1),
                    ByteCount.ZERO,
                    Optional.of(ByteCount.ZERO)))
        .hasMessageContaining("expected used with cap");
  }

  @Test
  void aBucketIsTheSameForAllWhoHaveTheKeyAndAnothersWithAnother() {
    CapSalt salt = new CapSalt(LocalDate.of(2026, 11, 30), "01".repeat(32));
    byte[] client = {(byte) 192, 0, 2, 7};

    assertThat(salt.bucket(DATA_SET, client))
        .isEqualTo(new CapSalt(salt.day(), salt.key()).bucket(DATA_SET, client))
        .isNotEqualTo(salt.bucket(DataSetId.of("fwss/13"), client))
        .isNotEqualTo(new CapSalt(salt.day(), "02".repeat(32)).bucket(DATA_SET, client));
    assertThat(salt.toString()).doesNotContain(salt.key());
  }

  /** With 1,048,576 buckets, some 12 of 5,000 clients would share one with another by chance. */
  @Test
  void clientsAreSpreadOverBuckets() {
    CapSalt salt = CapSalt.random(LocalDate.of(2026, 11, 30), new SecureRandom());
    Set<Integer> buckets = new HashSet<>();
    for (int client = 0; client < 5_000; client++) {
      int bucket = salt.bucket(DATA_SET, new byte[] {10, 0, (byte) (client >> 8), (byte) client});
      assertThat(bucket).isBetween(0, CapSalt.BUCKETS - 1);
      buckets.add(bucket);
    }

    assertThat(buckets).hasSizeGreaterThan(4_950);
  }
}
