package io.filcdn.common.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.kafka.RecordJson;
import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelegateKeyTest {

  private static final String X = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY";
  private static final String Y = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
  private static final String JWK =
      "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}".formatted(X, Y);

  private static DelegateKey read(String jwk) {
    return RecordJson.readStrictly(jwk, DelegateKey.class);
  }

  @Test
  void theKidIsTheThumbprintInWhateverOrderTheMembersAre() {
    DelegateKey key = read(JWK);

    assertThat(key.jwk()).isEqualTo(JWK);
    assertThat(
            read(
                "{ \"y\":\"%s\", \"x\":\"%s\", \"kty\":\"EC\", \"crv\":\"P-256\" }"
                    .formatted(Y, X)))
        .isEqualTo(key);
    // calculateJwkThumbprint of npm's jose 6.2.18
    assertThat(key.kid()).isEqualTo("xx0BcA-wMohw8atYDJOe6peGModklG2wRHBlXHMvl0M");
  }

  @Test
  void whatTheJdkMakesIsAPoint() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    for (int i = 0; i < 20; i++) {
      ECPublicKey key = (ECPublicKey) generator.generateKeyPair().getPublic();
      DelegateKey delegate =
          new DelegateKey(
              "P-256", "EC", text(key.getW().getAffineX()), text(key.getW().getAffineY()));
      assertThat(read(delegate.jwk())).isEqualTo(delegate);
      assertThat(delegate.kid()).hasSize(43);
    }
  }

  /** RFC 7515, A.3. */
  @Test
  void whatItsPrivateHalfSignedIsToldFromAllElse() {
    DelegateKey.Verifier key =
        new DelegateKey(
                "P-256",
                "EC",
                "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
            .verifier();
    byte[] message =
        ("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
                + "LmNvbS9pc19yb290Ijp0cnVlfQ")
            .getBytes(US_ASCII);
    byte[] signature =
        Base64.getUrlDecoder()
            .decode(
                "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");

    assertThat(key.signed(message, signature)).isTrue();
    for (int i = 0; i < signature.length; i++) {
      byte[] changed = signature.clone();
      changed[i] ^= 1;
      assertThat(key.signed(message, changed)).isFalse();
    }
    assertThat(key.signed(new byte[0], signature)).isFalse();
    assertThat(key.signed(message, Arrays.copyOf(signature, 63))).isFalse();
    assertThat(key.signed(message, Arrays.copyOf(signature, 65))).isFalse();
    // R and S of zero, and beyond the curve's order, would sign everything for who does not look
    assertThat(key.signed(message, new byte[64])).isFalse();
    byte[] ones = new byte[64];
    Arrays.fill(ones, (byte) -1);
    assertThat(key.signed(message, ones)).isFalse();
  }

  private static String text(BigInteger number) {
    byte[] bytes = new byte[32];
    byte[] digits = number.toByteArray();
    int length = Math.min(32, digits.length);
    System.arraycopy(digits, digits.length - length, bytes, 32 - length, length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(bytes, 32));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\"}",
        "{\"crv\":\"P-384\",\"kty\":\"EC\",\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\",\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\"}",
        "{\"crv\":\"P-256\",\"kty\":\"oct\",\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\",\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\"}",
        "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\",\"y\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\"}",
        "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\",\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\",\"use\":\"sig\"}",
        "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"_____wAAAAEAAAAAAAAAAAAAAAD_______________8\",\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\"}"
      })
  void whatIsNoPublicPointOfTheCurveIsRefused(String jwk) {
    assertThatThrownBy(() -> read(jwk))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected a");
  }
}
