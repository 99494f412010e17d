package io.filcdn.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetrievalGrantTest {

  private static final TypedDomain DOMAIN =
      new TypedDomain(
          "FilCDN", "1", 31415926, Address.of("0xdc64a140aa3e981100a9beca4e685f962f0cf6c9"));

  private static final String FULL =
      """
      {"payer":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","dataSets":["12","9223372036854775807"],
       "access":"signed",
       "delegateKeyId":"0xc71d01700fb0328870f1ab580c939eea9786328764946db04470655c732f9743",
       "delegateJwk":"{\\"crv\\":\\"P-256\\",\\"kty\\":\\"EC\\",\\"x\\":\\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\\",\\"y\\":\\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\\"}",
       "notBefore":"1795262400","expires":"1826798400",
       "maxBytes":"50000000000000","maxBytesPerDay":"500000000000","maxBytesPerDayOfKey":"50000000000",
       "maxBytesPerDayOfClient":"5000000000","origins":["https://app.example.com","https://é.example"],
       "cidrs":["192.0.2.0/24"],"pieces":[],"serial":"7"}
      """;

  private static final String EMPTY =
      """
      {"payer":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8","dataSets":[],"access":"public",
       "delegateKeyId":"0x%s","delegateJwk":"","notBefore":"0","expires":"0","maxBytes":"0",
       "maxBytesPerDay":"0","maxBytesPerDayOfKey":"0","maxBytesPerDayOfClient":"0",
       "origins":[],"cidrs":[],"pieces":[],"serial":"1"}
      """
          .formatted("0".repeat(64));

  private static RetrievalGrant read(String json) {
    return RecordJson.readStrictly(json, RetrievalGrant.class);
  }

  /** It is viem's {@code keccak256} of the type. */
  @Test
  void sessionKeysAreAuthorisedForTheHashOfTheType() {
    assertThat(hex(RetrievalGrant.typeHash()))
        .isEqualTo("7c54bd0f93d71003a31ea1ec5fcdd6bbca558806cd5adca12a34a9f5e103a5e2");
  }

  /** The digests are those of {@code hashTypedData} of npm's viem 2.57.20. */
  @Test
  void walletsSignTheSameDigest() {
    assertThat(hex(read(FULL).digest(DOMAIN)))
        .isEqualTo("7c91b08e15acb16659e2b6616f5deabc3a18360a29d6a7722404eca866953860");
    assertThat(hex(read(EMPTY).digest(DOMAIN)))
        .isEqualTo("8142ce91a8673a2cbfa43af016823d2316cb03dd0b440f9ab56705dc6ab550b3");
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void aGrantOfNoDataSetIsThePolicyOfAllOthers() {
    assertThat(read(EMPTY).policies(Generation.FWSS))
        .containsExactly(
            new PolicyRecord(
                Address.of("0x70997970c51812dc3a010c7d01b50e0d17dc79c8"),
                Optional.empty(),
                PolicyAccess.PUBLIC,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                PolicyLimits.NONE,
                1));
  }

  @Test
  void aGrantOfSeveralDataSetsIsAPolicyOfEach() {
    List<PolicyRecord> policies =
        read(FULL.replace("https://é.example", "https://e.example")).policies(Generation.FWSS);

    assertThat(policies)
        .extracting(PolicyRecord::dataSet)
        .containsExactly(
            Optional.of(DataSetId.of("fwss/12")),
            Optional.of(DataSetId.of("fwss/9223372036854775807")));
    PolicyRecord first = policies.getFirst();
    assertThat(first.access()).isEqualTo(PolicyAccess.SIGNED);
    assertThat(first.delegate().orElseThrow().kid())
        .isEqualTo("xx0BcA-wMohw8atYDJOe6peGModklG2wRHBlXHMvl0M");
    assertThat(first.notBefore()).contains(Instant.parse("2026-11-21T12:00:00Z"));
    assertThat(first.expires()).contains(Instant.parse("2027-11-21T12:00:00Z"));
    assertThat(first.limits().bytesPerDayOfClient().orElseThrow().bytes())
        .isEqualTo(5_000_000_000L);
    assertThat(first.limits().hasCaps()).isTrue();
  }

  @Test
  void aKeyIdThatIsNotTheKeysThumbprintIsRefused() {
    String other =
        FULL.replace("https://é.example", "https://e.example").replace("0xc71d", "0xc81d");

    assertThatThrownBy(() -> read(other).policies(Generation.FWSS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the thumbprint of delegateJwk");
  }

  /** A private key that was posted by mistake is in no answer and no log. */
  @Test
  void aPrivateKeyIsRefusedAndNotShown() {
    String wrong = FULL.replace("UfU\\\"}", "UfU\\\",\\\"d\\\":\\\"a-private-number\\\"}");
    assertThat(wrong).contains("a-private-number");

    assertThatThrownBy(() -> read(wrong).policies(Generation.FWSS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected delegateJwk as a public JWK")
        .hasMessageNotContaining("a-private-number")
        .hasNoCause();
  }

  @Test
  void numbersHaveTheirWholeWordAndNoMore() {
    StructHash struct = new StructHash("X(uint256 a)");
    BigInteger largest = BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE);

    assertThat(struct.number(largest)).isSameAs(struct);
    assertThatThrownBy(() -> struct.number(largest.add(BigInteger.ONE)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> struct.number(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
