package io.filcdn.common.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessKeyTest {

  private static final int RUNS = 500;
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

  private final SecureRandom secure = new SecureRandom();
  private final Random random = new Random(23);

  private AccessKey key() {
    return AccessKey.generate("calibration", KeyId.random(secure), secure);
  }

  @Test
  void aKeyIsReadAsItWasWritten() {
    for (int i = 0; i < RUNS; i++) {
      AccessKey key = key();

      AccessKey read = AccessKey.read(key.text()).orElseThrow();

      assertThat(read.text()).isEqualTo(key.text());
      assertThat(read.id()).isEqualTo(key.id());
      assertThat(read.network()).isEqualTo("calibration");
      assertThat(key.text())
          .matches("fcdn_calibration_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")
          .startsWith("fcdn_calibration_" + key.id() + "_");
    }
  }

  /** CRC-32 finds each single character that differs, and all but 1 in 2³² of other changes. */
  @Test
  void aTypoIsRefused() {
    for (int i = 0; i < RUNS; i++) {
      String text = key().text();
      int at = random.nextInt(text.length());
      char wrong = DIGITS.charAt(random.nextInt(DIGITS.length()));
      String changed = text.substring(0, at) + wrong + text.substring(at + 1);
      int swap = random.nextInt(text.length() - 1);
      String swapped =
          text.substring(0, swap)
              + text.charAt(swap + 1)
              + text.charAt(swap)
              + text.substring(swap + 2);

      assertThat(AccessKey.read(changed).isPresent()).isEqualTo(changed.equals(text));
      assertThat(AccessKey.read(swapped).isPresent()).isEqualTo(swapped.equals(text));
      assertThat(AccessKey.read(text.substring(0, at))).isEmpty();
      assertThat(AccessKey.read(text + wrong)).isEmpty();
    }
  }

  @Test
  void anyTextIsReadOrRefused() {
    for (int i = 0; i < RUNS; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);

      assertThat(AccessKey.read(new String(bytes, StandardCharsets.ISO_8859_1))).isEmpty();
    }
    assertThat(AccessKey.read("fcdn_" + "a".repeat(1_000_000))).isEmpty();
  }

  @Test
  void keysAreNeverTheSame() {
    Set<String> texts = new HashSet<>();
    KeyId id = KeyId.random(secure);
    for (int i = 0; i < RUNS; i++) {
      texts.add(AccessKey.generate("devnet", id, secure).text());
    }

    assertThat(texts).hasSize(RUNS);
  }

  @Test
  void aHashIsTheSha256OfTheWholeText() throws Exception {
    AccessKey key = key();
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(key.text().getBytes(StandardCharsets.US_ASCII));

    SecretHash hash = SecretHash.of(key.text());

    assertThat(hash.hex()).isEqualTo(HexFormat.of().formatHex(digest));
    assertThat(hash.isSameAs(SecretHash.ofHex(hash.hex()))).isTrue();
    assertThat(hash.isSameAs(SecretHash.of(key().text()))).isFalse();
  }

  @Test
  void nothingButItsTextShowsAKey() {
    AccessKey key = key();

    assertThat(key.toString()).isEqualTo("the key " + key.id());
    assertThatThrownBy(() -> KeyId.of(key.text())).hasMessageNotContaining(key.text());
    assertThatThrownBy(() -> SecretHash.ofHex(key.text())).hasMessageNotContaining(key.text());
  }

  @ParameterizedTest
  @CsvSource({
    "calibration,calibration",
    "My Net-2,mynet2",
    "a-name-of-more-than-sixteen,anameofmorethans"
  })
  void aNetworksNameIsPartOfItsKeys(String name, String network) {
    assertThat(AccessKey.networkOf(name)).isEqualTo(network);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "_", "Main", "seventeen-letters"})
  void otherNetworksHaveNoKeys(String network) {
    assertThatThrownBy(() -> AccessKey.generate(network, KeyId.random(secure), secure))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
