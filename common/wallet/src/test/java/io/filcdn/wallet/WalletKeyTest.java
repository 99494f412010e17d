package io.filcdn.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Address;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalletKeyTest {

  /** The second of the accounts that every devnet has. */
  private static final String KEY =
      "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

  private static final Address ADDRESS = Address.of("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");

  @ParameterizedTest
  @ValueSource(strings = {"", "0x"})
  void whatItSignsIsItsAccounts(String prefix) {
    WalletKey key = WalletKey.of(prefix + KEY + "\n");
    byte[] digest = new byte[32];
    digest[7] = 7;

    assertThat(key.address()).isEqualTo(ADDRESS);
    assertThat(key.sign(digest).signer(digest)).contains(ADDRESS);
    assertThat(key).hasToString("key of " + ADDRESS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a secret",
        "0x00000000000000000000000000000000000000000000000000000000000000",
        "0x0000000000000000000000000000000000000000000000000000000000000000",
        "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
      })
  void whatIsNoKeyIsRefusedAndNotShown(String text) {
    assertThatThrownBy(() -> WalletKey.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected a private key")
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("ebaaedce");
  }
}
