package io.filcdn.wallet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.wallet.CurioToken.Fault;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tokens are those that npm's viem 2.57.20 signed. */
class CurioTokenTest {

  private static final Address PAYER = Address.of("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
  private static final Address CONTRACT = Address.of("0xdc64a140aa3e981100a9beca4e685f962f0cf6c9");
  private static final TypedDomain DOMAIN =
      new TypedDomain("CurioRetrieval", "1", 31415926, CONTRACT);
  private static final PieceCid PIECE =
      PieceCid.parse("bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa");
  private static final DataSetId DATA_SET = DataSetId.of("fwss/12");

  /** The second in which the proofs end, and the vouchers. */
  private static final Instant PROOF_END = Instant.ofEpochSecond(1_796_040_300);

  private static final Instant NOW = PROOF_END.minusSeconds(200);

  private static final String DIRECT =
      "eyJzY2hlbWUiOiJlaXA3MTIiLCJwcm9vZiI6eyJzY29wZSI6IjEyIiwicmVzb3VyY2UiOiJiYWZremNp"
          + "YmNweWJrZ214cDJiaGNrd2ljZTRqZnd6a3Y0dG9wc3V5c21hNjZzeWllYjdybmM1b3NhNXN3Mm9hIiwi"
          + "ZGVhZGxpbmUiOiIxNzk2MDQwMzAwIn0sInByb29mU2lnIjoiMHg5ZmQzNDU5YzlmNWU5NWYwNTdiNmZl"
          + "M2I4MjFhOTU4ZWQ1OGNiOTM1YjQ0ZDI3MzE4ZTA0OGFlMjMxN2QxOTEwMzk4OWI4ODY2ZWYwNmJiZWM2"
          + "NzJjNGNlMzg0NWFkYWYwYTI4YThkMjc3MTU3NTAyMDA2N2I5ZDc4ZjQxYWUxZTFiIn0";

  private static final String DELEGATED =
      "eyJzY2hlbWUiOiJlaXA3MTIiLCJwcm9vZiI6eyJzY29wZSI6IjEyIiwicmVzb3VyY2UiOiJiYWZremNp"
          + "YmNweWJrZ214cDJiaGNrd2ljZTRqZnd6a3Y0dG9wc3V5c21hNjZzeWllYjdybmM1b3NhNXN3Mm9hIiwi"
          + "ZGVhZGxpbmUiOiIxNzk2MDQwMzAwIn0sInByb29mU2lnIjoiMHg3YTg4ZWJjZWQ1YTA3MDAzMDk5NzYw"
          + "NmY4MWMwNWUyNDI5MTVmZmY1MWI0ZjY3MzZjZjc5ZGNmYzUyNDJiN2ZhM2YwMWI5MzRlYWI4YTNhMDYw"
          + "Yjc3MTU0Zjk3MzJhNWU4NTcxNmNjMzlmNjNkNWYyMzAzNmY2YTRlYmE4OTczMjFjIiwidm91Y2hlciI6"
          + "eyJncmFudGVlIjoiMHgzQzQ0Q2REZEI2YTkwMGZhMmI1ODVkZDI5OWUwM2QxMkZBNDI5M0JDIiwic2Nv"
          + "cGUiOiIxMiIsImlzc3VlZEF0IjoiMTc5NjAwMDAwMCIsImRlYWRsaW5lIjoiMTc5OTAwMDAwMCJ9LCJ2"
          + "b3VjaGVyU2lnIjoiMHg0YTBhZmU2MWFhMWQ2OTQ2NmNmM2VkZTI0MWEwZTQ4YTVmNTkwYjE2NGYzZmI1"
          + "MmI3ZDE2NTg2YzlkMGJkMzRiMzc0YmQ0ODY1MzQ4ZWQ2N2Q1NWE4NWIwNjUwNjZiZmQyNzYyNTFiMmE4"
          + "NWQzNDY3OWJiOGZjZDQwM2EwYzEzOTFiIn0";

  private static Optional<Fault> fault(String token, DataSetId dataSet, Instant now) {
    return CurioToken.read(token).orElseThrow().fault(DOMAIN, dataSet, PAYER, PIECE, now);
  }

  private static String changed(String token, String good, String wrong) {
    String json = new String(Base64.getUrlDecoder().decode(token), UTF_8);
    assertThat(json).contains(good);
    return encoded(json.replace(good, wrong));
  }

  private static String encoded(String json) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, DELEGATED})
  void thePayerOrWhomHeVouchesForIsLetIn(String token) {
    assertThat(fault(token, DATA_SET, NOW)).isEmpty();
    assertThat(fault(token, DATA_SET, PROOF_END)).as("the last second counts").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, DELEGATED})
  void aTokenIsForOnePieceDataSetPayerChainAndContract(String token) {
    assertThat(fault(token, DataSetId.of("fwss/13"), NOW)).contains(Fault.SCOPE);
    CurioToken read = CurioToken.read(token).orElseThrow();
    PieceCid other = new PieceCid(new CommP(1, 2, 3, 4), PIECE.height(), PIECE.rawSize());
    assertThat(read.fault(DOMAIN, DATA_SET, PAYER, other, NOW)).contains(Fault.RESOURCE);
    assertThat(read.fault(DOMAIN, DATA_SET, CONTRACT, PIECE, NOW)).contains(Fault.SIGNATURE);
    for (TypedDomain wrong :
        new TypedDomain[] {
          new TypedDomain("CurioRetrieval", "1", 314, CONTRACT),
          new TypedDomain("CurioRetrieval", "1", 31415926, PAYER),
          new TypedDomain("CurioRetrieval", "2", 31415926, CONTRACT)
        }) {
      assertThat(read.fault(wrong, DATA_SET, PAYER, PIECE, NOW)).contains(Fault.SIGNATURE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, DELEGATED})
  void walletsThatAreBarredAreNotLetInWhateverThePayerSays(String token) {
    CurioToken read = CurioToken.read(token).orElseThrow();
    Address signer = token.equals(DIRECT) ? PAYER : GRANTEE.address();

    assertThat(read.fault(DOMAIN, DATA_SET, PAYER, PIECE, NOW, signer::equals))
        .contains(Fault.SIGNER);
    assertThat(read.fault(DOMAIN, DATA_SET, PAYER, PIECE, NOW, CONTRACT::equals)).isEmpty();
  }

  @Test
  void aProofIsGoodForFiveMinutesAtMost() {
    assertThat(fault(DIRECT, DATA_SET, PROOF_END.plusSeconds(1))).contains(Fault.TIME);
    assertThat(fault(DIRECT, DATA_SET, PROOF_END.minusSeconds(300))).isEmpty();
    assertThat(fault(DIRECT, DATA_SET, PROOF_END.minusSeconds(301))).contains(Fault.TIME);
  }

  @Test
  void whatWasSignedCannotBeChanged() {
    String voucherEnd = "1799000000";
    assertThat(fault(changed(DELEGATED, voucherEnd, "1999000000"), DATA_SET, NOW))
        .contains(Fault.SIGNATURE);
    assertThat(fault(changed(DELEGATED, voucherEnd, "1700000000"), DATA_SET, NOW))
        .contains(Fault.TIME);
    assertThat(fault(changed(DIRECT, "1796040300", "1796040301"), DATA_SET, NOW))
        .contains(Fault.SIGNATURE);
    assertThat(
            fault(
                changed(
                    DELEGATED,
                    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                    "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"),
                DATA_SET,
                NOW))
        .contains(Fault.SIGNATURE);
  }

  /** The third of the accounts that every devnet has, for whom the payer vouches. */
  private static final WalletKey GRANTEE =
      WalletKey.of("0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a");

  @Test
  void aTokenThatIsSignedHereIsAsGoodAsTheirs() {
    WalletKey payer =
        WalletKey.of("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
    CurioToken.SignedVoucher voucher =
        CurioToken.SignedVoucher.of(
            payer,
            DOMAIN,
            new CurioToken.Voucher(GRANTEE.address(), "12", "1796000000", "1799000000"));

    CurioToken signed =
        CurioToken.sign(GRANTEE, voucher, DOMAIN, DATA_SET, PIECE, NOW.plusSeconds(60));

    assertThat(signed.authorization()).startsWith("CurioRetrieval ey");
    String text = signed.authorization().substring("CurioRetrieval ".length());
    assertThat(fault(text, DATA_SET, NOW)).isEmpty();
    assertThat(fault(text, DataSetId.of("fwss/13"), NOW)).contains(Fault.SCOPE);
    assertThat(signed).hasToString("a token of gated retrieval");
    assertThat(signed(DELEGATED).voucherSig()).isEqualTo(voucher.voucherSig());
  }

  @Test
  void aVoucherIsForOneGranteeAndDataSetAndEnds() {
    CurioToken.SignedVoucher voucher = signed(DELEGATED);
    Instant end = Instant.ofEpochSecond(1_799_000_000);

    assertThat(voucher.isFor(GRANTEE.address(), DATA_SET, end)).isTrue();
    assertThat(voucher.isFor(GRANTEE.address(), DATA_SET, end.plusSeconds(1))).isFalse();
    assertThat(voucher.isFor(GRANTEE.address(), DataSetId.of("fwss/13"), end)).isFalse();
    assertThat(voucher.isFor(PAYER, DATA_SET, end)).isFalse();
  }

  private static CurioToken.SignedVoucher signed(String token) {
    CurioToken.Wire wire =
        RecordJson.read(
            new String(Base64.getUrlDecoder().decode(token), UTF_8), CurioToken.Wire.class);
    return new CurioToken.SignedVoucher(
        wire.voucher().orElseThrow(), wire.voucherSig().orElseThrow());
  }

  /** A voucher alone lets nobody in: whoever finds one has not the key that it is for. */
  @Test
  void aVoucherWithAnothersProofIsRefused() {
    String json = new String(Base64.getUrlDecoder().decode(DELEGATED), UTF_8);
    String signature =
        json.substring(json.indexOf("proofSig") + 11, json.indexOf("proofSig") + 143);

    assertThat(fault(changed(DELEGATED, signature, "0x" + "00".repeat(65)), DATA_SET, NOW))
        .contains(Fault.SIGNATURE);
    assertThat(fault(encoded(json.substring(0, json.indexOf(",\"voucher\"")) + "}"), DATA_SET, NOW))
        .contains(Fault.SIGNATURE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"scheme\":\"eip712\"}",
        "{\"scheme\":\"eip1271\",\"proof\":{\"scope\":\"1\",\"resource\":\"a\",\"deadline\":\"1\"},\"proofSig\":\"0x\"}",
        "{\"scheme\":\"eip712\",\"proof\":null,\"proofSig\":\"0x\"}",
        "{\"scheme\":\"eip712\",\"proof\":{\"scope\":\"-1\",\"resource\":\"a\",\"deadline\":\"1\"},\"proofSig\":\"0x\"}",
        "{\"scheme\":\"eip712\",\"proof\":{\"scope\":\"1\",\"resource\":\"a\",\"deadline\":\"1\"},\"proofSig\":\"0x\",\"nonce\":\"1\"}",
        "{\"scheme\":\"eip712\",\"proof\":{\"scope\":\"1\",\"resource\":\"a\",\"deadline\":\"1\",\"x\":[[[[]]]]},\"proofSig\":\"0x\"}"
      })
  void whatIsNoTokenIsNotRead(String json) {
    assertThat(CurioToken.read(encoded(json))).isEmpty();
  }

  @Test
  void textsAreBoundedAndNothingThrows() {
    assertThat(CurioToken.read("A".repeat(100_000))).isEmpty();
    assertThat(CurioToken.read("a b")).isEmpty();
    Random random = new Random(1441);
    for (int i = 0; i < 300; i++) {
      char[] token = DELEGATED.toCharArray();
      token[random.nextInt(token.length)] = (char) ('A' + random.nextInt(26));
      String text = new String(token);
      if (!text.equals(DELEGATED)) {
        CurioToken.read(text)
            .ifPresent(
                read ->
                    assertThat(
                            read.fault(DOMAIN, DATA_SET, PAYER, PIECE, NOW).isPresent()
                                || sameJson(text))
                        .isTrue());
      }
    }
  }

  /** True where only the letter case of hex, or a bit that says nothing, differs. */
  private static boolean sameJson(String token) {
    return new String(Base64.getUrlDecoder().decode(token), UTF_8)
        .equalsIgnoreCase(new String(Base64.getUrlDecoder().decode(DELEGATED), UTF_8));
  }

  @Test
  void itDoesNotShowItself() {
    assertThat(CurioToken.read(DIRECT).orElseThrow()).hasToString("a token of gated retrieval");
  }
}
