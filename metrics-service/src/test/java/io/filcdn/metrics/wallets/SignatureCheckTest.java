package io.filcdn.metrics.wallets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.metrics.wallets.SignatureCheck.By;
import io.filcdn.metrics.wallets.SignatureCheck.Verdict;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.WalletKey;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureCheckTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final Network DEVNET =
      NetworkFile.read(Path.of("..", "deploy", "networks", "devnet.json"));
  private static final Address REGISTRY = Address.of("0x" + "5e".repeat(20));
  private static final WalletKey PAYER = WalletKey.of("1".repeat(64));
  private static final WalletKey SESSION = WalletKey.of("2".repeat(64));
  private static final byte[] DIGEST = HexFormat.of().parseHex("ab".repeat(32));
  private static final byte[] PERMISSION = RetrievalGrant.typeHash();
  private static final String VALID = "0x1626ba7e" + "0".repeat(56);

  private final FakeNode node = new FakeNode();
  private final SignatureCheck check = check(Optional.of(Duration.ofSeconds(20)));

  private SignatureCheck check(Optional<Duration> timeout) {
    return new SignatureCheck(node.network(DEVNET), timeout, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @BeforeEach
  void tellOfTheRegistry() {
    node.returns(
        DEVNET.contracts().fwss(),
        "sessionKeyRegistry()",
        List.of(),
        "0x" + "0".repeat(24) + "5e".repeat(20));
  }

  @AfterEach
  void close() {
    node.close();
  }

  private void authorise(WalletKey signer, byte[] permission, Instant end) {
    node.returns(
        REGISTRY,
        "authorizationExpiry(address,address,bytes32)",
        List.of(PAYER.address().hex(), signer.address().hex(), permission),
        "0x%064x".formatted(end.getEpochSecond()));
  }

  private Verdict judged(SignatureCheck by, String signature) {
    return by.check(PAYER.address(), DIGEST, signature, Optional.of(PERMISSION), () -> true);
  }

  private static Verdict session(WalletKey signer) {
    return new Verdict.Signed(By.SESSION_KEY, signer.address());
  }

  private Verdict judged(WalletKey signer) {
    return judged(check, signer.sign(DIGEST).hex());
  }

  @Test
  void thePayersOwnSignatureTakesNoNode() {
    assertThat(judged(PAYER)).isEqualTo(new Verdict.Signed(By.WALLET, PAYER.address()));
    assertThat(node.calls()).isZero();
  }

  @Test
  void aSessionKeyMaySignWhatItIsAuthorisedForUntilThatEnds() {
    authorise(SESSION, PERMISSION, NOW.plusSeconds(60));
    assertThat(judged(SESSION)).isEqualTo(session(SESSION));
    assertThat(judged(WalletKey.of("6".repeat(64)))).isEqualTo(new Verdict.Wrong());
    WalletKey other = WalletKey.of("3".repeat(64));
    authorise(other, PERMISSION, NOW.minusSeconds(1));
    assertThat(judged(other)).as("it has ended").isEqualTo(new Verdict.Wrong());
    WalletKey third = WalletKey.of("4".repeat(64));
    authorise(third, DIGEST, NOW.plusSeconds(60));
    assertThat(judged(third)).as("for something else").isEqualTo(new Verdict.Wrong());
    WalletKey last = WalletKey.of("5".repeat(64));
    authorise(last, PERMISSION, NOW);
    assertThat(judged(last)).as("the last second counts").isEqualTo(session(last));
    authorise(last, PERMISSION, NOW.minusSeconds(1));
    assertThat(judged(last)).as("it was revoked").isEqualTo(new Verdict.Wrong());
  }

  @Test
  void whatWasRefusedIsNotAskedAgainAtOnce() {
    assertThat(judged(SESSION)).isEqualTo(new Verdict.Wrong());
    assertThat(judged(check, "0x12")).isEqualTo(new Verdict.Malformed());
    int calls = node.calls();

    assertThat(judged(SESSION)).isEqualTo(new Verdict.Wrong());
    assertThat(judged(check, "0x12")).isEqualTo(new Verdict.Malformed());

    assertThat(node.calls()).isEqualTo(calls);
  }

  @Test
  void aContractThatTakesTooMuchGasHasRefused() {
    node.fails("call ran out of gas");

    assertThat(judged(check, "0x12")).isEqualTo(new Verdict.Malformed());
    assertThat(node.gas()).isEqualTo("0x5f5e100");
  }

  /** Whoever sends junk for one payer has one of the places, and other payers the rest. */
  @Test
  void oneCallOfEachPayerIsUnderWayAtATime() throws Exception {
    node.hold();
    WalletKey other = WalletKey.of("7".repeat(64));
    List<CompletableFuture<Verdict>> junk = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10; i++) {
        String signature = "0x%02d".formatted(i);
        junk.add(CompletableFuture.supplyAsync(() -> judged(check, signature), threads));
      }
      await().until(() -> node.calls() == 1);
      CompletableFuture<Verdict> others =
          CompletableFuture.supplyAsync(
              () -> check.check(other.address(), DIGEST, "0x12", Optional.empty(), () -> true),
              threads);
      await().until(() -> node.calls() == 2);
      await()
          .until(
              () ->
                  junk.stream()
                          .filter(CompletableFuture::isDone)
                          .filter(each -> each.join() instanceof Verdict.Unknown)
                          .count()
                      == 9);
      node.letGo();

      assertThat(others.join()).isEqualTo(new Verdict.Malformed());
    }
    assertThat(node.calls()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x", "0x1234"})
  void whereTheContractsHaveNoRegistryAWalletThatIsAContractIsAskedAllTheSame(String registry) {
    node.returns(DEVNET.contracts().fwss(), "sessionKeyRegistry()", List.of(), registry);
    assertThat(judged(SESSION)).isEqualTo(new Verdict.Wrong());
    WalletKey owner = WalletKey.of("8".repeat(64));
    String signature = owner.sign(DIGEST).hex();
    node.returns(
        PAYER.address(),
        "isValidSignature(bytes32,bytes)",
        List.of(DIGEST, HexFormat.of().parseHex(signature.substring(2))),
        VALID);

    assertThat(judged(owner)).isEqualTo(new Verdict.Signed(By.CONTRACT, PAYER.address()));
  }

  @Test
  void aSessionKeySignsNothingThatTakesAPermissionOfNone() {
    authorise(SESSION, PERMISSION, NOW.plusSeconds(60));

    Verdict verdict =
        check.check(
            PAYER.address(), DIGEST, SESSION.sign(DIGEST).hex(), Optional.empty(), () -> true);

    assertThat(verdict).isEqualTo(new Verdict.Wrong());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x", "0x1234", "0xFEDCBA98"})
  void aWalletThatIsAContractSaysItself(String signature) {
    assertThat(judged(check, "0xab")).isEqualTo(new Verdict.Malformed());
    node.returns(
        PAYER.address(),
        "isValidSignature(bytes32,bytes)",
        List.of(DIGEST, HexFormat.of().parseHex(signature.substring(2))),
        VALID);
    assertThat(judged(check, signature))
        .isEqualTo(new Verdict.Signed(By.CONTRACT, PAYER.address()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x1626ba7e", "0x1626ba7e0", "0x00", "0xffffffff"})
  void anyOtherWordOfAContractIsNone(String word) {
    node.returns(
        PAYER.address(),
        "isValidSignature(bytes32,bytes)",
        List.of(DIGEST, new byte[] {0x12}),
        word);

    assertThat(judged(check, "0x12")).isEqualTo(new Verdict.Malformed());
  }

  @Test
  void nobodyIsAskedForStrangersNorWhereItIsOffNorOfWhatIsNoSignature() {
    String signature = SESSION.sign(DIGEST).hex();

    assertThat(
            check.check(PAYER.address(), DIGEST, signature, Optional.of(PERMISSION), () -> false))
        .isEqualTo(new Verdict.Wrong());
    assertThat(judged(check(Optional.empty()), signature)).isEqualTo(new Verdict.Wrong());
    assertThat(judged(check(Optional.empty()), "0x12")).isEqualTo(new Verdict.Malformed());
    assertThat(judged(check, "0x1")).isEqualTo(new Verdict.Malformed());
    assertThat(judged(check, "0x" + "12".repeat(2_049))).isEqualTo(new Verdict.Malformed());
    assertThat(node.calls()).isZero();
  }

  @Test
  void whatNoNodeTellsIsNotKnown() {
    authorise(SESSION, PERMISSION, NOW.plusSeconds(60));
    node.status(500);
    assertThat(judged(SESSION)).isEqualTo(new Verdict.Unknown());
    assertThat(judged(check, "0x12")).isEqualTo(new Verdict.Unknown());

    node.status(200);
    assertThat(judged(SESSION)).isEqualTo(session(SESSION));
  }
}
