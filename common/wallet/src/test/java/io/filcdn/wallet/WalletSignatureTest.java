package io.filcdn.wallet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Address;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

class WalletSignatureTest {

  private static final Credentials WALLET =
      Credentials.create("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
  private static final Address ADDRESS = Address.of("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");

  private static WalletSignature signed(String text, int lessV) {
    Sign.SignatureData data = Sign.signPrefixedMessage(text.getBytes(UTF_8), WALLET.getEcKeyPair());
    byte[] v = {(byte) (data.getV()[0] - lessV)};
    return new WalletSignature(
        Numeric.toHexString(data.getR())
            + Numeric.toHexStringNoPrefix(data.getS())
            + Numeric.toHexStringNoPrefix(v));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "two\nlines", "Grüße, 世界"})
  void whoSignedIsFoundWithEitherSpellingOfV(String text) {
    assertThat(signed(text, 0).signer(text)).contains(ADDRESS);
    assertThat(signed(text, 27).signer(text)).contains(ADDRESS);
  }

  @Test
  void anotherTextHasAnotherSigner() {
    assertThat(signed("hello", 0).signer("hallo")).isNotEqualTo(Optional.of(ADDRESS));
  }

  @Test
  void numbersThatNoKeyMakesHaveNoSigner() {
    assertThat(new WalletSignature("0x" + "0".repeat(130)).signer("hello")).isEmpty();
    assertThat(new WalletSignature("0x" + "f".repeat(128) + "1b").signer("hello")).isEmpty();
    assertThat(new WalletSignature("0x" + "1".repeat(128) + "1d").signer("hello")).isEmpty();
  }

  @Test
  void randomBytesAreNobodysOrAnothers() {
    Random random = new Random(23);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[65];
      random.nextBytes(bytes);
      bytes[64] = (byte) (27 + i % 2);

      var signer = new WalletSignature(Numeric.toHexString(bytes)).signer("hello");

      assertThat(signer.filter(ADDRESS::equals)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0x", "0x12", "no signature"})
  void anythingElseIsNone(String hex) {
    assertThatThrownBy(() -> new WalletSignature(hex))
        .hasMessage("expected a signature of 0x and 130 hex digits");
  }
}
