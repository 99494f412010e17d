package io.filcdn.metrics.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Address;
import io.filcdn.wallet.WalletSignature;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignInMessageTest {

  /** As viem 2.57 writes it when it is told only what has to be. */
  private static final String SHORT =
      """
      stats.example.com wants you to sign in with your Ethereum account:
      0x70997970C51812dc3A010C7d01b50e0d17dc79C8


      URI: https://stats.example.com/
      Version: 1
      Chain ID: 31337
      Nonce: abcdef1234567890
      Issued At: 2026-11-21T12:00:00.000Z\
      """;

  /** As viem writes it when it is told everything. */
  private static final String LONG =
      """
      https://stats.example.com wants you to sign in with your Ethereum account:
      0x70997970C51812dc3A010C7d01b50e0d17dc79C8

      Make and revoke keys

      URI: https://stats.example.com/
      Version: 1
      Chain ID: 31337
      Nonce: abcdef1234567890
      Issued At: 2026-11-21T12:00:00.000Z
      Expiration Time: 2026-11-21T12:05:00.000Z
      Not Before: 2026-11-21T11:59:00.000Z
      Request ID: some-id
      Resources:
      - https://example.com/a
      - ipfs://bafy\
      """;

  private static final Address ADDRESS = Address.of("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");

  @Test
  void aMessageOfViemIsRead() {
    assertThat(SignInMessage.read(SHORT))
        .isEqualTo(
            new SignInMessage(
                "stats.example.com",
                ADDRESS,
                31337,
                "abcdef1234567890",
                Instant.parse("2026-11-21T12:00:00Z"),
                Optional.empty(),
                Optional.empty()));
    assertThat(SignInMessage.read(LONG))
        .isEqualTo(
            new SignInMessage(
                "stats.example.com",
                ADDRESS,
                31337,
                "abcdef1234567890",
                Instant.parse("2026-11-21T12:00:00Z"),
                Optional.of(Instant.parse("2026-11-21T12:05:00Z")),
                Optional.of(Instant.parse("2026-11-21T11:59:00Z"))));
  }

  @Test
  void aSignatureOfViemIsTheAddresss() {
    assertThat(
            new WalletSignature(
                    "0xc4ca17f10c36379b8ce76c37a0598273a081374f14297df03bd753b0c6e824d8"
                        + "1179e1184f56c32bf757be9fd042db48620e56e97d40cc3b4febb7d4c2828b201b")
                .signer(SHORT))
        .contains(ADDRESS);
    assertThat(
            new WalletSignature(
                    "0x1f1c4d0624d70064699d09b19419219b3fd6c04d7c6c420c39ec5f25cf2c7642"
                        + "256090de34f754135fdfdc7eedd3c63c265de382fcdb0511e8d41d985ce038831c")
                .signer(LONG))
        .contains(ADDRESS);
  }

  @Test
  void aMessageWithoutOneOfItsLinesIsNone() {
    SHORT
        .lines()
        .filter(line -> !line.isEmpty())
        .forEach(
            line ->
                assertThatThrownBy(() -> SignInMessage.read(SHORT.replace(line, "")))
                    .as(line)
                    .isInstanceOf(IllegalArgumentException.class));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Version: 1|Version: 2",
        "Chain ID: 31337|Chain ID: 0x7a69",
        "Chain ID: 31337|Chain ID: 9999999999999999999",
        "Nonce: abcdef1234567890|Nonce: short",
        "Nonce: abcdef1234567890|Nonce: abcdef 1234567890",
        "Issued At: 2026-11-21T12:00:00.000Z|Issued At: yesterday",
        "Issued At: 2026-11-21T12:00:00.000Z|Issued At: 2026-11-21T12:00:00.000Z\nEvil: yes",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8|0x70997970",
        "stats.example.com wants|stats.example.com/path wants",
        "stats.example.com wants| wants"
      })
  void anythingElseIsNone(String change) {
    String[] parts = change.split("\\|", -1);

    assertThatThrownBy(() -> SignInMessage.read(SHORT.replace(parts[0], parts[1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected");
  }

  @Test
  void longMessagesAreRefusedAtOnce() {
    String resources = "\n- a".repeat(2000);

    assertThatThrownBy(() -> SignInMessage.read(LONG + resources))
        .hasMessageContaining("4096 characters");
  }
}
